package io.patchbay.store.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Keys and values are bytes in unsigned order (entries: part by part), so the order of the store is the order of the data model. */
final class Bytes extends BasicDataType<byte[]> {
    static final Bytes TYPE = new Bytes(Arrays::compareUnsigned);
    static final Bytes ENTRY = new Bytes(Entry::compare);
    static final byte[] NONE = new byte[0];

    private static final int OVERHEAD = 24;

    private final Comparator<byte[]> order;

    private Bytes(Comparator<byte[]> order) {
        this.order = order;
    }

    /** {@code number} so that its bytes order as it does, then {@code rest}. */
    static byte[] key(long number, byte[] rest) {
        return ByteBuffer.allocate(Long.BYTES + rest.length)
                .putLong(number ^ Long.MIN_VALUE)
                .put(rest)
                .array();
    }

    static byte[] key(long number, String rest) {
        return key(number, rest.getBytes(UTF_8));
    }

    /** The number that {@link #key} began with. */
    static long number(byte[] key) {
        return ByteBuffer.wrap(key).getLong() ^ Long.MIN_VALUE;
    }

    static byte[] from(byte[] bytes, int start) {
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    @Override
    public int compare(byte[] left, byte[] right) {
        return order.compare(left, right);
    }

    @Override
    public int getMemory(byte[] bytes) {
        return OVERHEAD + bytes.length;
    }

    @Override
    public void write(WriteBuffer buffer, byte[] bytes) {
        buffer.putVarInt(bytes.length).put(bytes);
    }

    @Override
    public byte[] read(ByteBuffer buffer) {
        byte[] bytes = new byte[DataUtils.readVarInt(buffer)];
        buffer.get(bytes);
        return bytes;
    }

    @Override
    public byte[][] createStorage(int size) {
        return new byte[size][];
    }
}
