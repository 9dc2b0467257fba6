package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.kv.KeyValueEntry;
import java.nio.ByteBuffer;
import java.util.Optional;

/** All of an entry in one record: header, content type, value. */
final class PlainRecords implements Records {
    @Override
    public boolean sealed() {
        return false;
    }

    @Override
    public Place place(long bucket, boolean plainKeys, byte[] key) {
        return new Place(bucket, true, key);
    }

    @Override
    public byte[] write(Place place, byte[] key, KeyValueEntry entry) {
        byte[] type = entry.contentType().getBytes(UTF_8);
        ByteBuffer record = ByteBuffer.allocate(Header.BYTES + Integer.BYTES + type.length + entry.value().length);
        Header.of(entry).write(record);
        return record.putInt(type.length).put(type).put(entry.value()).array();
    }

    @Override
    public Optional<byte[]> writeValue(Place place, KeyValueEntry entry) {
        return Optional.empty();
    }

    @Override
    public byte[] readKey(Place place, byte[] record) {
        return place.name();
    }

    @Override
    public KeyValueEntry read(Place place, byte[] record, ValueSource value) {
        ByteBuffer rest = ByteBuffer.wrap(record);
        Header header = Header.read(rest);
        if (header == null || rest.remaining() < Integer.BYTES) {
            throw Records.damaged(place.bucket());
        }
        int length = rest.getInt();
        if (length < 0 || length > rest.remaining()) {
            throw Records.damaged(place.bucket());
        }
        byte[] type = new byte[length];
        byte[] content = new byte[rest.remaining() - length];
        rest.get(type).get(content);
        return new KeyValueEntry(
                Place.text(place.name()),
                header.revision(),
                header.updatedAtMs(),
                header.expiresAtMs(),
                new String(type, UTF_8),
                content);
    }

    @Override
    public byte[] writeNote(long bucket, byte[] note) {
        return note;
    }

    @Override
    public byte[] readNote(long bucket, byte[] written) {
        return written;
    }
}
