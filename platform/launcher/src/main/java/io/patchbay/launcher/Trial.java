package io.patchbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.LoggerFactory;

/** The file {@code versions/trial}, which is there from an upgrade until its first start that got ready: at the third start {@code bin/patchbay} goes back to the version before. */
final class Trial {
    private Trial() {}

    static boolean isOn(Distribution distribution) {
        return Files.exists(file(distribution));
    }

    /** The node is ready: the version before is from now on the one to go back to. */
    static void passed(Distribution distribution) {
        Path file = file(distribution);
        if (!Files.exists(file)) {
            return;
        }
        try {
            Path written = file.resolveSibling("previous.new");
            Files.write(written, Files.readAllLines(file).stream().limit(1).toList());
            Files.move(
                    written,
                    file.resolveSibling("previous"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            Files.delete(file);
        } catch (IOException e) {
            LoggerFactory.getLogger("node")
                    .error(
                            "{} can't be deleted: the upgrade would be taken back at the third start from now ({}).",
                            file(distribution),
                            Home.describe(e));
        }
    }

    private static Path file(Distribution distribution) {
        return distribution.root().resolve("versions").resolve("trial");
    }
}
