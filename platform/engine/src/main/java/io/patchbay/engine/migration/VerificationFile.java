package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StoreDifference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** All differences that a comparison has found, a line of JSON each: there may be more than memory should hold. One thread writes; complete, any may read. */
final class VerificationFile implements AutoCloseable {
    private final Path file;
    private final OutputStream out;
    private long written;

    private VerificationFile(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** Takes the place of what an earlier comparison has left once it is complete. */
    static VerificationFile create(Path file) {
        try {
            return new VerificationFile(file, new BufferedOutputStream(Files.newOutputStream(part(file))));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    void add(StoreDifference difference) {
        Value.Struct line = Value.struct(
                "table", Value.of(difference.table()),
                "collection", Value.of(difference.collection()),
                "id", Value.of(difference.id()),
                "revision", Value.of(difference.revision()),
                "differs", Value.texts(difference.differs()));
        try {
            out.write(Json.encode(line));
            out.write('\n');
            written++;
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    long written() {
        return written;
    }

    private static Path part(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /** What a comparison has left that a kill has ended. */
    static void cleanUp(Path file) {
        try {
            Files.deleteIfExists(part(file));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    void complete() {
        try {
            out.close();
            Files.move(part(file), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** What is not complete goes. */
    @Override
    public void close() {
        try {
            out.close();
            Files.deleteIfExists(part(file));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    static List<StoreDifference> read(Path file, long skip, int limit) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.skip(skip)
                    .limit(limit)
                    .map(line -> (Value.Struct) Json.decode(line.getBytes(StandardCharsets.UTF_8)))
                    .map(VerificationFile::difference)
                    .toList();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static StoreDifference difference(Value.Struct line) {
        List<String> differs = ((Value.Array) line.fields().get("differs"))
                .items().stream().map(item -> ((Value.Text) item).value()).toList();
        return new StoreDifference(
                line.findText("table").orElse(""),
                line.findText("collection").orElse(""),
                line.findText("id").orElse(""),
                line.findInt("revision").orElse(0L),
                differs);
    }

    private static PatchbayException failure(Path file, IOException e) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The list of differences, " + file + ", can't be kept: " + e.getMessage() + ".",
                e);
    }
}
