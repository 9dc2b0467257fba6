package io.patchbay.cli.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one file, in their order. Used by one thread. */
public interface RowSource extends AutoCloseable {
    /** Bytes of a row's text. A longer one is bad, and passed over without being kept. */
    int ROW_BYTES = 4 << 20;

    /**
     * The next row; null at the end.
     *
     * @throws FileFault if nothing behind this place can be read
     */
    @Nullable
    Row next() throws IOException;

    /** How many bytes of the file have been read so far, as it lies on the disk. */
    long bytesRead();

    @Override
    void close() throws IOException;
}
