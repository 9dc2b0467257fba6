package io.patchbay.cli;

import io.patchbay.api.document.Value;
import io.patchbay.cli.transfer.CsvOptions;
import io.patchbay.cli.transfer.DocumentOutput;
import io.patchbay.cli.transfer.FileFault;
import io.patchbay.cli.transfer.FileFormat;
import io.patchbay.cli.transfer.IdField;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description =
                "Writes a collection's documents to a file, by ascending id, all as they stood at one position, which is printed; writers go on meanwhile.",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 256 << 10;

    @Mixin
    private HomeOption home;

    @Mixin
    private FormatOptions form;

    @Parameters(index = "0", paramLabel = "COLLECTION", description = "What is exported.")
    private String collection;

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "-",
            description =
                    "What is written: .json, .jsonl or .csv, with .gz compressed; - for the standard output, as jsonl unless --format says otherwise (default: ${DEFAULT-VALUE}).")
    private String file = "-";

    @Option(names = "--filter", paramLabel = "CEL", description = "Only documents for which this is true.")
    private Optional<String> filter = Optional.empty();

    @Option(names = "--no-id", description = "Leave the documents' ids out.")
    private boolean noId;

    @Option(names = "--json", description = "Tell the outcome as JSON, on the standard error.")
    private boolean json;

    private final Screen screen;
    private long documents;
    private String position = "";

    ExportCommand(Screen screen) {
        this.screen = screen;
    }

    private boolean isStandardOutput() {
        return file.equals("-");
    }

    @Override
    public Integer call() throws IOException {
        requireTarget();
        FileFormat format = form.format(file, isStandardOutput() ? Optional.of(FileFormat.JSONL) : Optional.empty());
        CsvOptions csv = form.csv(file, format);
        IdField id = new IdField(noId ? Optional.empty() : Optional.of(form.idAs()));
        try (Node node = Node.ofHome(home, screen);
                TransferProgress progress = new TransferProgress(screen, 0)) {
            if (isStandardOutput()) {
                write(node, progress, standardOutput(), format, id, csv);
            } else {
                writeFile(node, progress, format, id, csv);
            }
            progress.close();
            tell(progress);
        } catch (FileFault e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        } catch (NodeGone e) {
            if (e.isSilent()) {
                throw e;
            }
            throw CommandException.failed("The export of '" + collection
                    + "' was broken off: the node has gone, or nothing was read from it for 30 s.");
        } catch (IOException | UncheckedIOException e) {
            throw CommandException.failed("The export can't be written to "
                    + (isStandardOutput() ? "the standard output" : file) + ": " + InputFile.reason(cause(e)) + ".");
        }
        return ExitCodes.DONE;
    }

    /** Before the node is asked for anything. */
    private void requireTarget() {
        if (isStandardOutput()) {
            return;
        }
        Path target = Path.of(file).toAbsolutePath();
        Path folder = target.getParent();
        if (Files.isDirectory(target) || folder == null) {
            throw CommandException.failed("'" + file + "' is a folder, not a file.");
        }
        if (!Files.isDirectory(folder)) {
            throw CommandException.failed("There is no folder '" + folder + "' to write the file to.");
        }
    }

    private static Throwable cause(Throwable e) {
        return e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e;
    }

    /** The file is there when it is whole, and not before. */
    private void writeFile(Node node, TransferProgress progress, FileFormat format, IdField id, CsvOptions csv)
            throws IOException {
        Path named = Path.of(file).toAbsolutePath();
        if (Files.exists(named) && !Files.isRegularFile(named)) {
            // A pipe or a device takes what comes; a file moved there would do away with it.
            try (OutputStream out = open(named)) {
                write(node, progress, out, format, id, csv);
            }
            return;
        }
        // Behind a link, so that the link stays.
        Path target = Files.exists(named) ? named.toRealPath() : named;
        Path draft = target.resolveSibling(target.getFileName() + ".part");
        // For who is told to end in the middle.
        draft.toFile().deleteOnExit();
        try {
            try (OutputStream out = open(draft)) {
                write(node, progress, out, format, id, csv);
            }
            Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Not System.out, which keeps silent when nobody reads any more. */
    private static OutputStream standardOutput() {
        return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
    }

    private OutputStream open(Path path) throws IOException {
        OutputStream out = Files.newOutputStream(path);
        return file.toLowerCase(Locale.ROOT).endsWith(".gz")
                ? new GZIPOutputStream(out, BUFFER_BYTES)
                : new BufferedOutputStream(out, BUFFER_BYTES);
    }

    private void write(
            Node node, TransferProgress progress, OutputStream out, FileFormat format, IdField id, CsvOptions csv)
            throws IOException {
        try (DocumentOutput output = format.write(out, id, csv)) {
            node.ask(request(), message -> hear(message, output, progress));
            output.finish();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Value.Struct request() {
        Map<String, Value> request = new LinkedHashMap<>();
        request.put("op", Value.of("export"));
        request.put("collection", Value.of(collection));
        filter.ifPresent(text -> request.put("filter", Value.of(text)));
        return new Value.Struct(request);
    }

    private void hear(Value.Struct message, DocumentOutput output, TransferProgress progress) {
        message.findText("started").ifPresent(started -> position = started);
        if (!(message.fields().get("documents") instanceof Value.Array array)) {
            return;
        }
        for (Value item : array.items()) {
            Value.Array document = (Value.Array) item;
            try {
                output.write(((Value.Text) document.items().get(0)).value(), (Value.Struct)
                        document.items().get(1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            documents++;
        }
        progress.show(documents, 0);
    }

    private void tell(TransferProgress progress) {
        if (json) {
            screen.note(Texts.json(Value.struct(
                    "collection", Value.of(collection),
                    "documents", Value.of(documents),
                    "position", Value.of(position))));
        } else {
            screen.note(progress.rate(documents) + ", exported as of position " + position + ".");
        }
    }
}
