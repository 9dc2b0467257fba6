package io.patchbay.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a command ended.
 *
 * @param output what it wrote on standard output and standard error
 */
record CommandResult(int exitCode, String output) {

    private static final long LIMIT_SECONDS = 120;

    static CommandResult of(Path program, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        try {
            Path in = Files.createTempFile("patchbay-in", ".txt");
            Path out = Files.createTempFile("patchbay-out", ".txt");
            Files.writeString(in, input);
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .start();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError(
                            command + " did not end within " + LIMIT_SECONDS + " s: " + Files.readString(out));
                }
                return new CommandResult(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
            } finally {
                Files.delete(in);
                Files.delete(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(command + " was interrupted", e);
        }
    }
}
