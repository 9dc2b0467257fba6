package io.patchbay.engine.keys;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Sealer;
import io.patchbay.engine.keys.Keyring.DataKey;
import io.patchbay.engine.keys.Segments.SegmentKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Seals a store's records: {@code version(1) | segment(4) | counter(8) | ciphertext and tag}. The nonce is the counter, which begins at 0 in each segment and is never taken twice; the head is authenticated with the record's context.
 */
final class StoreSealer implements Sealer {
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + Integer.BYTES + Long.BYTES;
    /** Records of a segment; far below what AES-GCM allows a key. */
    static final long SEGMENT_RECORDS = 1L << 32;

    private final Path folder;
    private final Segments segments;
    private final Supplier<DataKey> primary;
    private final byte[] lookupKey;
    private final Queue<Mac> lookups = new ConcurrentLinkedQueue<>();
    private final long segmentRecords;
    private final Map<Integer, SegmentKey> known = new ConcurrentHashMap<>();
    private volatile Current current;

    /** The segment that seals now. */
    private record Current(SegmentKey key, AtomicLong counter) {}

    private StoreSealer(Path folder, Segments segments, Supplier<DataKey> primary, long segmentRecords)
            throws IOException {
        this.folder = folder;
        this.segments = segments;
        this.primary = primary;
        this.segmentRecords = segmentRecords;
        // An opening that seals nothing, such as one that fails, leaves no segment behind.
        this.current = segments.isEmpty()
                ? begin()
                : new Current(new SegmentKey(0, new byte[0]), new AtomicLong(segmentRecords));
        this.lookupKey = segments.lookupKey();
    }

    /** @throws PatchbayException STORE_UNAVAILABLE */
    static StoreSealer open(Path folder, IntFunction<Optional<DataKey>> dataKeys, Supplier<DataKey> primary) {
        return open(folder, dataKeys, primary, SEGMENT_RECORDS);
    }

    static StoreSealer open(
            Path folder, IntFunction<Optional<DataKey>> dataKeys, Supplier<DataKey> primary, long segmentRecords) {
        try {
            return new StoreSealer(folder, Segments.open(folder, dataKeys), primary, segmentRecords);
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(folder, e);
        }
    }

    private static PatchbayException unusable(Path folder, Exception e) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The file " + folder.resolve(Segments.FILE) + " can't be used: it " + e.getMessage() + ".",
                e);
    }

    private Current begin() throws IOException {
        SegmentKey key = segments.begin(primary.get());
        known.put(key.number(), key);
        return new Current(key, new AtomicLong());
    }

    @Override
    public byte[] seal(byte[] context, byte[] plain) {
        Current segment = current;
        long counter = segment.counter().getAndIncrement();
        while (counter >= segmentRecords) {
            segment = next(segment);
            counter = segment.counter().getAndIncrement();
        }
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(VERSION)
                .putInt(segment.key().number())
                .putLong(counter)
                .array();
        byte[] sealed = Aead.seal(segment.key().bytes(), nonce(counter), Keyring.join(head, context), plain);
        return Keyring.join(head, sealed);
    }

    private synchronized Current next(Current full) {
        if (current == full) {
            try {
                current = begin();
            } catch (IOException e) {
                throw unusable(folder, e);
            }
        }
        return current;
    }

    @Override
    public Optional<byte[]> open(byte[] context, byte[] sealed) {
        if (sealed.length < OVERHEAD_BYTES || sealed[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.wrap(sealed, 1, HEAD_BYTES - 1);
        SegmentKey key = find(head.getInt());
        if (key == null) {
            return Optional.empty();
        }
        byte[] authenticated = Keyring.join(Arrays.copyOf(sealed, HEAD_BYTES), context);
        return Aead.open(
                key.bytes(),
                nonce(head.getLong()),
                authenticated,
                Arrays.copyOfRange(sealed, HEAD_BYTES, sealed.length));
    }

    private @Nullable SegmentKey find(int number) {
        SegmentKey key = known.get(number);
        return key != null ? key : derive(number);
    }

    private synchronized @Nullable SegmentKey derive(int number) {
        try {
            SegmentKey key = segments.find(number).orElse(null);
            if (key != null) {
                known.put(number, key);
            }
            return key;
        } catch (IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.DATA_DAMAGED,
                    "The file " + folder.resolve(Segments.FILE) + ' ' + e.getMessage() + ".",
                    e);
        }
    }

    @Override
    public byte[] lookup(byte[] key) {
        Mac idle = lookups.poll();
        Mac mac = idle == null ? Hkdf.hmac(lookupKey) : idle;
        byte[] hash = mac.doFinal(key);
        lookups.add(mac);
        return Arrays.copyOf(hash, LOOKUP_BYTES);
    }

    private static byte[] nonce(long counter) {
        return ByteBuffer.allocate(Aead.NONCE_BYTES).putInt(0).putLong(counter).array();
    }
}
