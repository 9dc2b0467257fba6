package io.patchbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** The file {@code versions/trial}, which is there from an upgrade until its first start that got ready: at the third start {@code bin/patchbay} goes back to the version before. */
final class Trial {
    private Trial() {}

    static boolean isOn(Distribution distribution) {
        return Files.exists(file(distribution));
    }

    static void passed(Distribution distribution) {
        try {
            Files.deleteIfExists(file(distribution));
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
