package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a plugin's jar is: a file of this machine, or an address and the digest of what must come from there. */
final class JarSource {
    @Parameters(paramLabel = "FILE|URL", description = "The plugin's jar, or its https or http://localhost address.")
    private String source = "";

    @Option(names = "--sha256", paramLabel = "HEX", description = "The SHA-256 of the jar; needed for an address.")
    private Optional<String> sha256 = Optional.empty();

    @Option(
            names = "--reconnect",
            description =
                    "Accept that clients reconnect and resume, or start a half-done login again, if the new version can't adopt their state.")
    private boolean reconnect;

    /** @throws CommandException if no node could make anything of it */
    Value.Struct request() {
        if (source.matches("(?is)https?://.*")) {
            if (reconnect) {
                throw wrong("--reconnect goes with a file of this machine, not with an address.");
            }
            return Value.struct(
                    "op", Value.of("plugin.install"), "url", Value.of(source), "sha256", Value.of(digest()));
        }
        if (source.matches("(?is)[a-z][a-z0-9+.-]+://.*")) {
            throw wrong("The address of a plugin begins with https://, or with http://localhost on this machine.");
        }
        if (sha256.isPresent()) {
            throw wrong("--sha256 goes with an address, not with a file of this machine.");
        }
        Path file = Path.of(source).toAbsolutePath().normalize();
        InputFile.require(file);
        return Value.struct(
                "op", Value.of("plugin.install"), "file", Value.of(file.toString()), "reconnect", Value.of(reconnect));
    }

    private String digest() {
        String digest = sha256.orElseThrow(
                () -> wrong("A plugin from an address needs --sha256, so that nothing else is installed."));
        if (!digest.matches("[0-9a-fA-F]{64}")) {
            throw wrong("--sha256 takes the 64 hex digits that 'sha256sum' prints for the jar.");
        }
        return digest;
    }

    private static CommandException wrong(String sentence) {
        return new CommandException(ExitCodes.WRONG_ARGUMENTS, sentence);
    }
}
