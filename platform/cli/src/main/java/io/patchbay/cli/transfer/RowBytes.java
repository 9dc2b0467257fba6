package io.patchbay.cli.transfer;

import java.util.Arrays;

/** The bytes of one row, up to {@link RowSource#ROW_BYTES}; what comes beyond is counted out. */
final class RowBytes {
    private static final int INITIAL_BYTES = 4096;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;
    private boolean full;

    void add(int b) {
        if (size == bytes.length) {
            if (size >= RowSource.ROW_BYTES) {
                full = true;
                return;
            }
            bytes = Arrays.copyOf(bytes, Math.min(RowSource.ROW_BYTES, size * 2));
        }
        bytes[size++] = (byte) b;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Whether bytes were lost. */
    boolean overflowed() {
        return full;
    }

    void clear() {
        size = 0;
        full = false;
    }

    static String tooLong() {
        return "The row is longer than " + (RowSource.ROW_BYTES >> 20) + " MiB.";
    }
}
