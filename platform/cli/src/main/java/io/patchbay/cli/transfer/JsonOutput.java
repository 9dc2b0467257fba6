package io.patchbay.cli.transfer;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Objects, a line each; in an array or not. */
final class JsonOutput implements DocumentOutput {
    private static final byte[] BEGIN = ascii("[\n");
    private static final byte[] BETWEEN = ascii(",\n");
    private static final byte[] LINE = ascii("\n");
    private static final byte[] END = ascii("\n]\n");
    private static final byte[] EMPTY = ascii("[]\n");

    private final OutputStream out;
    private final boolean array;
    private final IdField id;
    private boolean begun;

    JsonOutput(OutputStream out, boolean array, IdField id) {
        this.out = out;
        this.array = array;
        this.id = id;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void write(String documentId, Value.Struct data) throws IOException {
        byte[] row = Json.encode(id.into(documentId, data));
        if (array) {
            out.write(begun ? BETWEEN : BEGIN);
        }
        begun = true;
        out.write(row);
        if (!array) {
            out.write(LINE);
        }
    }

    @Override
    public void finish() throws IOException {
        if (array) {
            out.write(begun ? END : EMPTY);
        }
        out.flush();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
