package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A plan that is kept until it is applied. */
final class PlanFile {
    /** What a node takes as one request. */
    private static final long BYTES_MAX = 1 << 20;

    private PlanFile() {}

    /** Writes it whole or not at all. */
    static void write(Path file, Value.Struct plan) {
        Path target = file.toAbsolutePath();
        Path written = target.resolveSibling(target.getFileName() + ".new");
        try {
            Files.writeString(written, Texts.json(plan) + "\n", StandardCharsets.UTF_8);
            Files.move(written, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw CommandException.failed("The plan can't be written to '" + file + "': " + InputFile.reason(e) + ".");
        }
    }

    /** @throws CommandException if it is no whole JSON object */
    static Value.Struct read(Path file) {
        InputFile.require(file);
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw CommandException.failed("'" + file + "' is no plan: it has more than 1 MiB.");
            }
            Value value = Json.decodeEnvelope(Files.readAllBytes(file));
            if (value instanceof Value.Struct plan) {
                return plan;
            }
            throw CommandException.failed("'" + file + "' is no plan: it holds no JSON object.");
        } catch (PatchbayException e) {
            throw CommandException.failed("'" + file + "' is no plan, or was cut off: " + e.getMessage());
        } catch (IOException e) {
            throw CommandException.failed("'" + file + "' can't be read: " + InputFile.reason(e) + ".");
        }
    }
}
