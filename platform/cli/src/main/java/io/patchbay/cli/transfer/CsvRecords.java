package io.patchbay.cli.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file (RFC 4180): fields between separators, in quotes or not; a quote within quotes is doubled. It works on bytes, so that a field in a wrong encoding is a fault of its
 * row alone, and it goes on behind a bad row: what readers that are made for whole files don't do.
 */
final class CsvRecords {
    /**
     * One record.
     *
     * @param fault what is wrong with it; null if nothing is
     */
    record Line(long line, List<Field> fields, @Nullable String fault) {}

    /** @param quoted whether it stood in quotes */
    record Field(String text, boolean quoted) {}

    private final ByteInput in;
    private final int separator;
    private final RowBytes bytes = new RowBytes();
    private int[] starts = new int[16];
    private boolean[] quoted = new boolean[16];
    private int count;
    private @Nullable String fault;

    CsvRecords(ByteInput in, char separator) {
        this.in = in;
        this.separator = separator;
    }

    /** The next that is no blank line; null at the end. */
    @Nullable
    Line next() throws IOException {
        while (in.peek() >= 0) {
            long line = in.line();
            bytes.clear();
            count = 0;
            fault = null;
            readRecord(line);
            boolean blank = count == 1 && bytes.size() == 0 && !quoted[0];
            if (!blank || fault != null) {
                return finish(line);
            }
        }
        return null;
    }

    private void readRecord(long line) throws IOException {
        while (true) {
            beginField();
            int b = in.peek() == '"' ? readQuoted(line) : readPlain();
            if (b != separator) {
                if (b == '\r' && in.peek() == '\n') {
                    in.read();
                }
                return;
            }
        }
    }

    private void beginField() {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            quoted = Arrays.copyOf(quoted, count * 2);
        }
        starts[count] = bytes.size();
        quoted[count++] = false;
    }

    /** @return what ended it: the separator, the end of the line or of the file */
    private int readPlain() throws IOException {
        int b = in.read();
        while (b != separator && b != '\n' && b != '\r' && b >= 0) {
            bytes.add(b);
            b = in.read();
        }
        return b;
    }

    private int readQuoted(long line) throws IOException {
        long column = in.column();
        in.read();
        quoted[count - 1] = true;
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw FileFault.at(
                        line, "The quote in field " + count + ", at column " + column + ", is never closed.");
            }
            if (b == '"') {
                if (in.peek() != '"') {
                    return behindQuote();
                }
                in.read();
            }
            bytes.add(b);
            if (bytes.overflowed()) {
                // Most likely a quote that is never closed: the next line is as good a place to go on as any.
                fault = RowBytes.tooLong() + " Perhaps the quote in field " + count + ", at column " + column
                        + ", is never closed.";
                return skipLine();
            }
        }
    }

    private int behindQuote() throws IOException {
        long column = in.column();
        int b = in.read();
        if (b == separator || b == '\n' || b == '\r' || b < 0) {
            return b;
        }
        fault = "At column " + column + ", in field " + count + ", something follows the closing quote.";
        return skipLine();
    }

    private int skipLine() throws IOException {
        int b = in.read();
        while (b != '\n' && b >= 0) {
            b = in.read();
        }
        return b;
    }

    private Line finish(long line) {
        if (fault == null && bytes.overflowed()) {
            fault = RowBytes.tooLong();
        }
        if (fault != null) {
            return new Line(line, List.of(), fault);
        }
        List<Field> fields = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int end = i + 1 < count ? starts[i + 1] : bytes.size();
            try {
                fields.add(new Field(text(starts[i], end - starts[i]), quoted[i]));
            } catch (CharacterCodingException e) {
                return new Line(line, List.of(), "Field " + (i + 1) + " is not valid UTF-8.");
            }
        }
        return new Line(line, fields, null);
    }

    private String text(int offset, int length) throws CharacterCodingException {
        byte[] array = bytes.array();
        for (int i = offset; i < offset + length; i++) {
            if (array[i] < 0) {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(array, offset, length))
                        .toString();
            }
        }
        return new String(array, offset, length, StandardCharsets.ISO_8859_1);
    }
}
