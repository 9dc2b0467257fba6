package io.patchbay.cli.transfer;

import java.util.List;

/**
 * How a CSV file is read or written.
 *
 * @param columns their names in order; empty if the file says (reading), or if all are to be written
 */
public record CsvOptions(char separator, List<String> columns, CsvTypes types) {
    public CsvOptions {
        columns = List.copyOf(columns);
    }
}
