package io.patchbay.cli.transfer;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a row of its JSON. */
final class JsonRow {
    private static final Pattern PLACE = Pattern.compile("at line (\\d+), column (\\d+)");

    private JsonRow() {}

    static Row read(RowBytes text, long line, RowForm form) {
        if (text.overflowed()) {
            return new Row.Bad(line, RowBytes.tooLong());
        }
        try {
            Value value = Json.decode(text.array(), 0, text.size());
            if (value instanceof Value.Struct data) {
                return form.row(line, data);
            }
            return new Row.Bad(line, "A row is a JSON object, and this is none.");
        } catch (PatchbayException e) {
            return new Row.Bad(line, placed(String.valueOf(e.getMessage()), line));
        }
    }

    /** The reader knows only the row, so the lines that it counts are moved to those of the file. */
    private static String placed(String sentence, long line) {
        Matcher place = PLACE.matcher(sentence);
        if (!place.find()) {
            return sentence;
        }
        long within = Long.parseLong(place.group(1));
        String where = within == 1
                ? "at column " + place.group(2)
                : "at line " + (line + within - 1) + ", column " + place.group(2);
        return place.replaceFirst(where);
    }
}
