package io.patchbay.cli.transfer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/** Bytes one by one, counting lines. Used by one thread. */
final class ByteInput implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long line = 1;
    private long lineStart;
    private long before;

    ByteInput(InputStream in) {
        this.in = in;
    }

    /** -1 at the end. */
    int read() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        byte next = buffer[position++];
        if (next == '\n') {
            line++;
            lineStart = before + position;
        }
        return next & 0xff;
    }

    /** What {@link #read} is going to give. */
    int peek() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position] & 0xff;
    }

    private boolean fill() throws IOException {
        before += limit;
        position = 0;
        limit = 0;
        try {
            limit = Math.max(0, in.read(buffer));
        } catch (EOFException | ZipException e) {
            throw FileFault.at(line, "The compressed file is damaged or ends too early.");
        }
        return limit > 0;
    }

    /** The line of the next byte. */
    long line() {
        return line;
    }

    /** The column of the next byte, in bytes from 1. */
    long column() {
        return before + position - lineStart + 1;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
