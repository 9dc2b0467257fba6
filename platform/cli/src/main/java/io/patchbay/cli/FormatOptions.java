package io.patchbay.cli;

import io.patchbay.cli.transfer.CsvOptions;
import io.patchbay.cli.transfer.CsvTypes;
import io.patchbay.cli.transfer.FileFormat;
import io.patchbay.cli.transfer.RowForm;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a file of rows is made up; the same for import and export. */
final class FormatOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "json (an array), jsonl (an object a line) or csv (default: by the file's name).")
    private Optional<FileFormat> format = Optional.empty();

    @Option(
            names = "--separator",
            paramLabel = "CHARACTER",
            description =
                    "What stands between the fields of CSV; 'tab' for a tabulator (default: a comma, in .tsv a tabulator).")
    private Optional<String> separator = Optional.empty();

    @Option(
            names = "--columns",
            paramLabel = "NAME,...",
            description =
                    "CSV only. Import: the file has no first line with names, these are they. Export: these fields, in this order (default: all).")
    private Optional<String> columns = Optional.empty();

    @Option(
            names = "--id-as",
            paramLabel = "FIELD",
            defaultValue = RowForm.ID,
            description =
                    "The field of the file that holds documents' ids and is no part of their data (default: ${DEFAULT-VALUE}).")
    private String idAs = RowForm.ID;

    @Option(
            names = "--types",
            paramLabel = "TYPES",
            description =
                    "What CSV fields hold: auto, text, number, boolean or json, for all columns or for some, such as text,population=number (default: auto).")
    private Optional<String> types = Optional.empty();

    String idAs() {
        return idAs;
    }

    /** @param otherwise for a file whose name doesn't tell */
    FileFormat format(String fileName, Optional<FileFormat> otherwise) {
        if (format.isPresent()) {
            return format.get();
        }
        return FileFormat.of(fileName)
                .or(() -> otherwise)
                .orElseThrow(() -> wrong((fileName.isEmpty() ? "The standard input" : "'" + fileName + "'")
                        + " does not tell what format it has: give --format json, jsonl or csv."));
    }

    CsvOptions csv(String fileName, FileFormat chosen) {
        if (chosen != FileFormat.CSV && (columns.isPresent() || separator.isPresent() || types.isPresent())) {
            throw wrong("--columns, --separator and --types are for CSV, not for " + chosen.label() + ".");
        }
        List<String> names = columns.map(text -> List.of(text.split(",", -1))).orElse(List.of());
        return new CsvOptions(separator(fileName), names, types());
    }

    private CsvTypes types() {
        try {
            return types.map(CsvTypes::parse).orElse(CsvTypes.AUTO);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private char separator(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        String text = separator.orElse(name.endsWith(".tsv") || name.endsWith(".tsv.gz") ? "\t" : ",");
        if (text.equals("tab")) {
            return '\t';
        }
        if (text.length() != 1 || text.charAt(0) >= 0x80 || "\"\n\r".contains(text)) {
            throw wrong("A separator is one ASCII character and no quote, or 'tab'.");
        }
        return text.charAt(0);
    }

    static CommandException wrong(String sentence) {
        return new CommandException(ExitCodes.WRONG_ARGUMENTS, sentence);
    }
}
