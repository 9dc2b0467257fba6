package io.patchbay.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which node is meant, and how long it is waited for. */
final class HomeOption {
    /** Where bin/patchbay stands. */
    private static final String DISTRIBUTION = "patchbay.distribution";

    private static final Duration TIMEOUT_MAX = Duration.ofDays(1);

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "Home folder of the node (default: $PATCHBAY_HOME, else the folder home of the distribution).")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "Give up when the node gives no sign of life for so long, with exit code 1 (default: 10 until it takes up what is asked, then 45; the progress of a job is a sign).")
    private Optional<Integer> timeout = Optional.empty();

    /** @throws CommandException exit code 2 if it is no number of seconds from 1 to a day */
    Patience patience() {
        timeout.filter(seconds -> seconds < 1 || seconds > TIMEOUT_MAX.toSeconds())
                .ifPresent(seconds -> {
                    throw new CommandException(
                            ExitCodes.WRONG_ARGUMENTS,
                            "--timeout is from 1 to " + TIMEOUT_MAX.toSeconds() + " seconds, not " + seconds + ".");
                });
        return timeout.map(seconds -> Patience.of(Duration.ofSeconds(seconds))).orElse(Patience.DEFAULT);
    }

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
