package io.patchbay.cli.transfer;

import io.patchbay.api.document.Value;
import java.io.IOException;

/** Writes documents to a file. Used by one thread. */
public interface DocumentOutput extends AutoCloseable {
    /** @throws FileFault if the document can't be written in this form */
    void write(String id, Value.Struct data) throws IOException;

    /** Writes what belongs behind the last document, and all that was kept back. */
    void finish() throws IOException;

    /** Frees what is held; does not close the file. */
    @Override
    void close() throws IOException;
}
