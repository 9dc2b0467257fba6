package io.patchbay.cli;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.cli.transfer.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The report of rows that were left out: the first few on the screen, all of them in a file, a JSON object a line. Used by one thread. */
final class RejectedRows implements AutoCloseable {
    private static final int SHOWN = 10;

    private final Screen screen;
    private final Optional<Path> file;
    private final boolean resumed;
    private Optional<OutputStream> out = Optional.empty();
    private long count;

    /** @param resumed whether the file goes on where it is; else it begins anew */
    RejectedRows(Screen screen, Optional<Path> file, boolean resumed) {
        this.screen = screen;
        this.file = file;
        this.resumed = resumed;
    }

    long count() {
        return count;
    }

    Optional<Path> file() {
        return file;
    }

    void add(Row row, String why) {
        count++;
        if (count <= SHOWN) {
            screen.note("Line " + row.line() + ": " + why);
        } else if (count == SHOWN + 1) {
            screen.note(
                    file.map(path -> "More such lines stand in " + path + ".").orElse("More such lines follow."));
        }
        file.ifPresent(path -> write(path, Value.struct("line", Value.of(row.line()), "error", Value.of(why))));
    }

    private void write(Path path, Value.Struct entry) {
        try {
            if (out.isEmpty()) {
                out = Optional.of(Files.newOutputStream(
                        path,
                        StandardOpenOption.CREATE,
                        resumed ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
            }
            OutputStream open = out.get();
            open.write(Json.encode(entry));
            open.write("\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw CommandException.failed("The report " + path + " can't be written: " + InputFile.reason(e)
                    + "; give another by --rejects.");
        }
    }

    @Override
    public void close() {
        if (out.isPresent()) {
            try {
                out.get().close();
            } catch (IOException e) {
                screen.note("The report " + file.map(Path::toString).orElse("") + " may lack its end: " + e.getMessage()
                        + ".");
            }
        }
    }
}
