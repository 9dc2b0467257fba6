package io.patchbay.cli.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;

/** The formats of files. */
public enum FileFormat {
    /** An array of objects; reading takes objects one behind the other too. */
    JSON,
    /** An object a line. */
    JSONL,
    CSV;

    /** By a file's name; empty if it doesn't tell. */
    public static Optional<FileFormat> of(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - 3);
        }
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "json" -> Optional.of(JSON);
            case "jsonl", "ndjson" -> Optional.of(JSONL);
            case "csv", "tsv" -> Optional.of(CSV);
            default -> Optional.empty();
        };
    }

    /** Writes to {@code out}, which stays the caller's to close. */
    public DocumentOutput write(OutputStream out, IdField id, CsvOptions csv) throws IOException {
        return switch (this) {
            case JSON -> new JsonOutput(out, true, id);
            case JSONL -> new JsonOutput(out, false, id);
            case CSV ->
                csv.columns().isEmpty()
                        ? new SpooledCsvOutput(out, csv, id)
                        : new CsvOutput(out, csv, csv.columns(), id);
        };
    }

    /** As it is written on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return label();
    }
}
