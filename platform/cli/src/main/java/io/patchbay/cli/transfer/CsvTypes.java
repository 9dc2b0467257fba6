package io.patchbay.cli.transfer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the columns of a CSV file hold.
 *
 * @param otherwise the type of columns that are not named
 */
public record CsvTypes(CsvType otherwise, Map<String, CsvType> byColumn) {
    public static final CsvTypes AUTO = new CsvTypes(CsvType.AUTO, Map.of());

    /**
     * {@code text,population=number}: a type for all columns, types for some, or both.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public static CsvTypes parse(String text) {
        CsvType otherwise = CsvType.AUTO;
        Map<String, CsvType> byColumn = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.lastIndexOf('=');
            CsvType type = type(part.substring(equals + 1).strip());
            if (equals < 0) {
                otherwise = type;
            } else {
                byColumn.put(part.substring(0, equals).strip(), type);
            }
        }
        return new CsvTypes(otherwise, byColumn);
    }

    private static CsvType type(String label) {
        return CsvType.find(label)
                .orElseThrow(() -> new IllegalArgumentException(
                        "A column's type is auto, text, number, boolean or json, not '" + label + "'."));
    }

    CsvType of(String column) {
        return byColumn.getOrDefault(column, otherwise);
    }
}
