package io.patchbay.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which node is meant. */
final class HomeOption {
    /** Where bin/patchbay stands. */
    private static final String DISTRIBUTION = "patchbay.distribution";

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "Home folder of the node (default: $PATCHBAY_HOME, else the folder home of the distribution).")
    private Optional<Path> home = Optional.empty();

    Path folder() {
        return home.or(() -> Optional.ofNullable(System.getenv("PATCHBAY_HOME"))
                        .filter(text -> !text.isBlank())
                        .map(Path::of))
                .or(() -> distribution().map(folder -> folder.resolve("home")))
                .orElseThrow(() -> new CommandException(2, "Which node? Give --home DIR, or set PATCHBAY_HOME."))
                .toAbsolutePath()
                .normalize();
    }

    static Optional<Path> distribution() {
        return Optional.ofNullable(System.getProperty(DISTRIBUTION)).map(Path::of);
    }
}
