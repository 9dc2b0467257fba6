package io.patchbay.cli.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The objects of an array, or objects one behind the other. Where a row ends is found by its brackets and quotes alone, so a row with a fault inside is passed over; one whose brackets or quotes
 * don't match takes what follows with it.
 */
final class JsonValues implements RowReader {
    private enum Place {
        BEGIN,
        /** Behind the array's bracket or a comma. */
        ITEM,
        /** Behind an item of the array. */
        BEHIND_ITEM,
        /** Values without an array around them. */
        LOOSE,
        END
    }

    private final ByteInput in;
    private final RowForm form;
    private final RowBytes text = new RowBytes();
    private Place place = Place.BEGIN;
    private boolean first = true;

    JsonValues(ByteInput in, RowForm form) {
        this.in = in;
        this.form = form;
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (place != Place.END) {
            skipSpace();
            int b = in.peek();
            switch (place) {
                case BEGIN -> begin(b);
                case ITEM -> {
                    if (b == ']' && first) {
                        in.read();
                        end();
                    } else {
                        return item(b, Place.BEHIND_ITEM);
                    }
                }
                case BEHIND_ITEM -> behindItem(b);
                case LOOSE -> {
                    if (b < 0) {
                        place = Place.END;
                    } else {
                        return item(b, Place.LOOSE);
                    }
                }
                case END -> throw new IllegalStateException("nothing is read behind the end");
            }
        }
        return null;
    }

    private void begin(int b) throws IOException {
        if (b == '[') {
            in.read();
            place = Place.ITEM;
        } else {
            place = Place.LOOSE;
        }
    }

    private void behindItem(int b) throws IOException {
        if (b == ',') {
            in.read();
            first = false;
            place = Place.ITEM;
        } else if (b == ']') {
            in.read();
            end();
        } else if (b < 0) {
            throw endsTooEarly();
        } else {
            throw FileFault.at(in.line(), "At column " + in.column() + " a comma or the array's end is missing.");
        }
    }

    private void end() throws IOException {
        skipSpace();
        if (in.peek() >= 0) {
            throw FileFault.at(in.line(), "Something follows the array.");
        }
        place = Place.END;
    }

    private FileFault endsTooEarly() {
        return FileFault.at(in.line(), "The file ends within its JSON: it is not whole.");
    }

    private Row item(int b, Place behind) throws IOException {
        if (b < 0) {
            throw endsTooEarly();
        }
        long line = in.line();
        text.clear();
        if (b == '{' || b == '[') {
            readBrackets();
        } else {
            readUntilSeparator(behind);
        }
        place = behind;
        return JsonRow.read(text, line, form);
    }

    private void readBrackets() throws IOException {
        int depth = 0;
        do {
            int b = in.read();
            if (b < 0) {
                throw endsTooEarly();
            }
            text.add(b);
            if (b == '"') {
                readText();
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
        } while (depth > 0);
    }

    private void readText() throws IOException {
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw endsTooEarly();
            }
            text.add(b);
            if (b == '"') {
                return;
            }
            if (b == '\\') {
                text.add(in.read());
            }
        }
    }

    /** What is no object or array: it is named as a bad row. */
    private void readUntilSeparator(Place behind) throws IOException {
        do {
            int b = in.read();
            text.add(b);
            if (b == '"') {
                readText();
            }
        } while (in.peek() >= 0
                && (behind == Place.LOOSE ? !isSpace(in.peek()) : in.peek() != ',' && in.peek() != ']'));
    }

    private void skipSpace() throws IOException {
        while (isSpace(in.peek())) {
            in.read();
        }
    }

    private static boolean isSpace(int b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
