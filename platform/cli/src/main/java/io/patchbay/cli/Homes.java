package io.patchbay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Which folder is a node's home. */
final class Homes {
    private Homes() {}

    static boolean isHome(Path folder) {
        return Files.exists(folder.resolve("data").resolve("format"));
    }

    /** @throws CommandException exit code 3: a slip of the pen must not make a home */
    static void require(Path folder) {
        if (!isHome(folder)) {
            throw new CommandException(
                    ExitCodes.NOT_RUNNING,
                    Files.isRegularFile(folder)
                            ? folder + " is a file; a home is a folder, so give another --home."
                            : Files.exists(folder)
                                    ? "The folder " + folder
                                            + " is no home of a node; give another --home, or make it one by 'patchbay run --home "
                                            + folder + "'."
                                    : "There is no folder " + folder + "; give another --home.");
        }
    }

    /** Deletes a home that was made for one command; what can't be deleted stays. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
