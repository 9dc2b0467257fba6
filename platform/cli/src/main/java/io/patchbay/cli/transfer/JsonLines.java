package io.patchbay.cli.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An object a line. A line that is none does not touch those behind it. */
final class JsonLines implements RowReader {
    private final ByteInput in;
    private final RowForm form;
    private final RowBytes text = new RowBytes();

    JsonLines(ByteInput in, RowForm form) {
        this.in = in;
        this.form = form;
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (true) {
            long line = in.line();
            text.clear();
            boolean blank = true;
            int b = in.read();
            if (b < 0) {
                return null;
            }
            while (b >= 0 && b != '\n') {
                text.add(b);
                blank &= b == ' ' || b == '\t' || b == '\r';
                b = in.read();
            }
            if (!blank) {
                return JsonRow.read(text, line, form);
            }
        }
    }
}
