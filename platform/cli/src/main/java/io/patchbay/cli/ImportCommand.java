package io.patchbay.cli;

import io.patchbay.api.document.Value;
import io.patchbay.api.transfer.ImportChunk;
import io.patchbay.cli.transfer.CsvOptions;
import io.patchbay.cli.transfer.FileFault;
import io.patchbay.cli.transfer.FileFormat;
import io.patchbay.cli.transfer.RowDigest;
import io.patchbay.cli.transfer.RowForm;
import io.patchbay.cli.transfer.RowSource;
import io.patchbay.cli.transfer.SourceFile;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description =
                "Writes the rows of a file as documents; the same command goes on where an earlier one was stopped or killed.",
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Mixin
    private HomeOption home;

    @Mixin
    private FormatOptions form;

    @Parameters(index = "0", paramLabel = "COLLECTION", description = "Where the documents go; it must be there.")
    private String collection;

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "JSON, JSON lines or CSV, in UTF-8, also compressed with gzip; - for the standard input.")
    private String file;

    @Option(
            names = "--id",
            paramLabel = "FIELD",
            description =
                    "The documents' ids are what this field holds; it stays in the data (default: the node chooses ids).")
    private Optional<String> id = Optional.empty();

    @Option(
            names = "--existing",
            // Not as another option's: completion keeps the values of options by this label.
            paramLabel = "CHOICE",
            defaultValue = "error",
            description =
                    "Where a document is there already: error (the row is a bad one), replace it, or keep it (default: ${DEFAULT-VALUE}).")
    private Importer.Existing existing = Importer.Existing.ERROR;

    @Option(
            names = "--on-error",
            paramLabel = "WHAT",
            defaultValue = "stop",
            description =
                    "At a bad row: stop (what comes before it stays), skip it and report it, or nothing: check the whole file first and write nothing if a row is bad (default: ${DEFAULT-VALUE}).")
    private Importer.OnError onError = Importer.OnError.STOP;

    @Option(
            names = "--rejects",
            paramLabel = "FILE",
            description =
                    "Where skipped rows are reported, a JSON object a line (default: the file's name with .rejected.jsonl).")
    private Optional<Path> rejects = Optional.empty();

    @Option(
            names = "--max-rejects",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Stop at the bad row after so many (default: ${DEFAULT-VALUE}).")
    private long rejectsMax = 10_000;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "What the import is known by when it is resumed (default: the file's path; none for the standard input).")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--restart",
            description = "Begin anew, whatever an earlier command has imported; its documents stay.")
    private boolean restart;

    @Option(names = "--json", description = "Tell the outcome as JSON.")
    private boolean json;

    private final Screen screen;

    ImportCommand(Screen screen) {
        this.screen = screen;
    }

    /** What the options come to. */
    private record Task(
            FileFormat format,
            RowForm form,
            CsvOptions csv,
            Importer.Existing existing,
            Importer.OnError onError,
            String options) {}

    @Override
    public Integer call() throws Exception {
        if (!isStandardInput()) {
            InputFile.require(Path.of(file));
        }
        Task task = task();
        boolean replace = task.existing == Importer.Existing.REPLACE;
        Node node = Node.ofHome(home, screen);
        try (ImportTarget target = new ImportTarget(node, home, screen, collection, importName(), replace)) {
            Optional<ImportTarget.State> known = restart ? Optional.empty() : target.find();
            if (known.isPresent() && known.get().endedAt().isPresent()) {
                if (!isStandardInput() && isSame(task, known.get())) {
                    return tellDoneBefore(known.get());
                }
                known = Optional.empty();
            }
            if (task.onError == Importer.OnError.NOTHING) {
                check(task, known, target);
            }
            ImportTarget.State state = known.orElseGet(() -> target.begin(task.options));
            requireSameOptions(task, state);
            return run(task, state, target);
        }
    }

    private Task task() {
        if (rejectsMax < 0) {
            throw FormatOptions.wrong("--max-rejects takes a number from 0, not " + rejectsMax + ".");
        }
        FileFormat format = form.format(isStandardInput() ? "" : file, Optional.empty());
        if (onError == Importer.OnError.NOTHING && isStandardInput()) {
            throw FormatOptions.wrong(
                    "--on-error nothing reads the file twice, which the standard input can't be: save it as a file first.");
        }
        CsvOptions csv = form.csv(file, format);
        RowForm rowForm = id.map(field -> new RowForm(field, true)).orElseGet(() -> new RowForm(form.idAs(), false));
        String options = String.join(
                " ",
                format.label(),
                rowForm.toString(),
                existing.name(),
                format == FileFormat.CSV ? csv.toString() : "");
        return new Task(format, rowForm, csv, existing, onError, options);
    }

    private boolean isStandardInput() {
        return file.equals(STANDARD_INPUT);
    }

    private String importName() throws IOException {
        if (name.isPresent()) {
            return name.get();
        }
        if (isStandardInput()) {
            return "standard input " + UUID.randomUUID();
        }
        String path = Path.of(file).toRealPath().toString();
        // The end of a path tells more than its beginning.
        return path.substring(Math.max(0, path.length() - ImportChunk.NAME_CHARS));
    }

    private RowSource open(Task task) throws IOException {
        // Not Files.newInputStream, which seeks, what a pipe can't.
        InputStream in = isStandardInput() ? screen.in() : new FileInputStream(file);
        try {
            return SourceFile.open(in, task.format, task.form, task.csv);
        } catch (FileFault e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    private long size() throws IOException {
        return isStandardInput() || !Files.isRegularFile(Path.of(file)) ? 0 : Files.size(Path.of(file));
    }

    /** Whether the file holds just the rows that were imported already. */
    private boolean isSame(Task task, ImportTarget.State state) throws IOException {
        if (!task.options.equals(state.options())) {
            return false;
        }
        try (RowSource source = open(task)) {
            return Importer.skip(source, state).isPresent() && source.next() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private Integer tellDoneBefore(ImportTarget.State state) {
        String sentence = "All rows of " + file + " were imported already, at "
                + state.endedAt().orElse("") + ": " + Texts.count(state.written(), "document")
                + ". --restart imports them again.";
        tell(sentence, state, 0, Optional.empty(), "");
        return ExitCodes.DONE;
    }

    private void requireSameOptions(Task task, ImportTarget.State state) {
        if (!task.options.equals(state.options())) {
            throw CommandException.failed("The import of " + file
                    + " was begun with other options; give the same to go on, or --restart to begin anew.");
        }
    }

    /** Reads all of the file before anything is written. */
    private void check(Task task, Optional<ImportTarget.State> known, ImportTarget target)
            throws IOException, InterruptedException {
        try (RowSource source = open(task);
                TransferProgress progress = new TransferProgress(screen, size())) {
            if (known.isPresent()) {
                Importer.skip(source, known.get());
            }
            new FileCheck(target, task.existing == Importer.Existing.ERROR, progress).run(source);
        } catch (Importer.Stopped e) {
            throw CommandException.failed(
                    e.getMessage() + (known.isPresent() ? " Nothing more is imported." : " Nothing is imported."));
        }
    }

    private Integer run(Task task, ImportTarget.State state, ImportTarget target) throws Exception {
        boolean resumed = state.rows() > 0;
        if (resumed) {
            screen.note("Going on behind row " + state.rows() + ", which an earlier command has imported.");
        }
        Optional<Path> report = task.onError != Importer.OnError.SKIP
                ? Optional.empty()
                : rejects.or(
                        () -> isStandardInput() ? Optional.empty() : Optional.of(Path.of(file + ".rejected.jsonl")));
        try (RowSource source = open(task);
                RejectedRows rejected = new RejectedRows(screen, report, resumed);
                TransferProgress progress = new TransferProgress(screen, size())) {
            RowDigest digest = Importer.skip(source, state)
                    .orElseThrow(() -> CommandException.failed("What an earlier command has imported of " + file
                            + ", " + Texts.count(state.rows(), "row")
                            + ", does not stand at its beginning any more; --restart begins anew."));
            Importer importer = new Importer(target, task.onError, task.existing, rejected, rejectsMax, progress);
            try {
                importer.run(source, digest, state.rows());
            } catch (Importer.Stopped e) {
                progress.close();
                throw CommandException.failed(stopped(e, state, importer));
            }
            progress.close();
            tellDone(state, importer, rejected, progress);
            return ExitCodes.DONE;
        }
    }

    private String stopped(Importer.Stopped why, ImportTarget.State state, Importer importer) {
        long written = state.written() + importer.written();
        if (written == 0) {
            return why.getMessage() + " Nothing of " + file + " is imported.";
        }
        return why.getMessage() + " " + Texts.count(written, "document") + " of " + file
                + (written == 1 ? " is imported and stays" : " are imported and stay")
                + "; once this is mended, the same command goes on from there.";
    }

    private void tellDone(
            ImportTarget.State before, Importer importer, RejectedRows rejected, TransferProgress progress) {
        StringBuilder text = new StringBuilder();
        text.append(progress.rate(importer.written()))
                .append(", imported into '")
                .append(collection)
                .append('\'');
        if (before.written() > 0) {
            text.append("; ").append(were(before.written())).append(" there from an earlier command");
        }
        if (importer.kept() > 0) {
            text.append("; ").append(were(importer.kept())).append(" there already and kept");
        }
        if (rejected.count() > 0) {
            text.append("; ")
                    .append(Texts.count(rejected.count(), "bad row"))
                    .append(rejected.count() == 1 ? " is left out" : " are left out");
            rejected.file().ifPresent(path -> text.append(" and reported in ").append(path));
        }
        tell(text.append('.').toString(), before, importer.written(), Optional.of(rejected), importer.position());
    }

    private static String were(long number) {
        return number == 1 ? "1 was" : number + " were";
    }

    private void tell(
            String sentence,
            ImportTarget.State before,
            long written,
            Optional<RejectedRows> rejected,
            String position) {
        if (!json) {
            screen.print(sentence);
            return;
        }
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("collection", Value.of(collection));
        fields.put("written", Value.of(written));
        fields.put("writtenBefore", Value.of(before.written()));
        fields.put("rejected", Value.of(rejected.map(RejectedRows::count).orElse(0L)));
        if (!position.isEmpty()) {
            fields.put("position", Value.of(position));
        }
        screen.print(Texts.json(new Value.Struct(fields)));
    }
}
