package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.kv.KeyValueEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Everything that users wrote is sealed: the keys, too, which a keyed hash stands for, but in buckets that allow them in clear. What is left in clear are the numbers of buckets, revisions, times and lengths.
 *
 * <p>The key is in the record and the value apart, so that all keys of a store are read without its values. Each is sealed with its kind, its bucket, its name and its header, so that one which was moved, mixed with another or set back alone does not open.
 */
final class SealedRecords implements Records {
    private static final byte NAME = 'N';
    private static final byte RECORD = 'R';
    private static final byte RECORD_OF_PLAIN_KEY = 'P';
    private static final byte VALUE = 'V';
    private static final byte VALUE_OF_PLAIN_KEY = 'W';
    private static final byte NOTE = 'B';

    private final Sealer sealer;

    SealedRecords(Sealer sealer) {
        this.sealer = sealer;
    }

    @Override
    public boolean sealed() {
        return true;
    }

    @Override
    public Place place(long bucket, boolean plainKeys, byte[] key) {
        if (plainKeys) {
            return new Place(bucket, true, key);
        }
        byte[] text = ByteBuffer.allocate(1 + Long.BYTES + key.length)
                .put(NAME)
                .putLong(bucket)
                .put(key)
                .array();
        return new Place(bucket, false, sealer.lookup(text));
    }

    /** Header, then sealed: the length of the key, the key, the content type. */
    @Override
    public byte[] write(Place place, byte[] key, KeyValueEntry entry) {
        byte[] type = entry.contentType().getBytes(UTF_8);
        byte[] plain = ByteBuffer.allocate(Integer.BYTES + key.length + type.length)
                .putInt(key.length)
                .put(key)
                .put(type)
                .array();
        Header header = Header.of(entry);
        byte[] sealed = sealer.seal(context(recordKind(place), place, header), plain);
        ByteBuffer record = ByteBuffer.allocate(Header.BYTES + sealed.length);
        header.write(record);
        return record.put(sealed).array();
    }

    @Override
    public Optional<byte[]> writeValue(Place place, KeyValueEntry entry) {
        return Optional.of(sealer.seal(context(valueKind(place), place, Header.of(entry)), entry.value()));
    }

    @Override
    public byte[] readKey(Place place, byte[] record) {
        return openRecord(place, record).key();
    }

    @Override
    public KeyValueEntry read(Place place, byte[] record, ValueSource value) throws RocksDBException {
        Opened opened = openRecord(place, record);
        Header header = opened.header();
        byte @Nullable [] sealed = value.read();
        byte[] content = Optional.ofNullable(sealed)
                .flatMap(bytes -> sealer.open(context(valueKind(place), place, header), bytes))
                .orElseThrow(() -> Records.damaged(place.bucket()));
        return new KeyValueEntry(
                Place.text(opened.key()),
                header.revision(),
                header.updatedAtMs(),
                header.expiresAtMs(),
                opened.contentType(),
                content);
    }

    private record Opened(Header header, byte[] key, String contentType) {}

    private Opened openRecord(Place place, byte[] record) {
        Header header = Header.read(ByteBuffer.wrap(record));
        if (header == null) {
            throw Records.damaged(place.bucket());
        }
        byte[] sealed = Arrays.copyOfRange(record, Header.BYTES, record.length);
        ByteBuffer plain = sealer.open(context(recordKind(place), place, header), sealed)
                .map(ByteBuffer::wrap)
                .orElseThrow(() -> Records.damaged(place.bucket()));
        byte[] key = new byte[plain.getInt()];
        byte[] type = new byte[plain.remaining() - key.length];
        plain.get(key).get(type);
        return new Opened(header, key, new String(type, UTF_8));
    }

    private static byte recordKind(Place place) {
        return place.inClear() ? RECORD_OF_PLAIN_KEY : RECORD;
    }

    private static byte valueKind(Place place) {
        return place.inClear() ? VALUE_OF_PLAIN_KEY : VALUE;
    }

    private static byte[] context(byte kind, Place place, Header header) {
        return ByteBuffer.allocate(1 + 4 * Long.BYTES + place.name().length)
                .put(kind)
                .putLong(place.bucket())
                .putLong(header.revision())
                .putLong(header.updatedAtMs())
                .putLong(header.expiresAtMs())
                .put(place.name())
                .array();
    }

    /** Sealed as well: whoever could write "keys in clear" here would have the next ones in clear. */
    @Override
    public byte[] writeNote(long bucket, byte[] note) {
        return sealer.seal(noteContext(bucket), note);
    }

    @Override
    public byte[] readNote(long bucket, byte[] written) {
        return sealer.open(noteContext(bucket), written).orElseThrow(() -> Records.damaged(bucket));
    }

    private static byte[] noteContext(long bucket) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(NOTE).putLong(bucket).array();
    }
}
