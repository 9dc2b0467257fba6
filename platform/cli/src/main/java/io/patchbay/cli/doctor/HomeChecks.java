package io.patchbay.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The folder of a node. */
final class HomeChecks {
    /** What this version writes; a newer home is refused by a node. */
    private static final int FORMAT = 1;

    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);
    private static final Instant RELEASED = Instant.parse("2025-01-01T00:00:00Z");
    private static final List<String> PRIVATE = List.of("data", "keys", "logs");
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private HomeChecks() {}

    static List<Finding> home(Patient patient) throws IOException {
        String text = Files.readString(patient.data().resolve("format")).strip();
        if (!text.matches("\\d{1,9}")) {
            return List.of(Finding.error(
                    "home",
                    "The file data/format holds '" + text
                            + "' instead of the number of the home's format, so no node starts.",
                    "Write " + FORMAT + " into it if this home was last used by this version; else restore a backup."));
        }
        if (Integer.parseInt(text) > FORMAT) {
            return List.of(Finding.error(
                    "home",
                    "The home was written by a newer Patchbay (format " + text + ", this one knows " + FORMAT + ").",
                    "Start it with that version, or restore a backup."));
        }
        return List.of();
    }

    /** Keys, documents and the log are for the owner's eyes. */
    static List<Finding> permissions(Patient patient) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (String name : PRIVATE) {
            Path folder = patient.home().resolve(name);
            if (!Files.isDirectory(folder)) {
                continue;
            }
            if (!Files.isWritable(folder)) {
                findings.add(Finding.error(
                        "permissions",
                        "The folder " + folder + " can't be written by this user.",
                        "Run the node and its commands as the folder's owner, or 'chown -R' it."));
            }
            if (isOpen(folder)) {
                findings.add(Finding.warning(
                        "permissions",
                        "The folder " + folder + " can be entered by other users of this machine.",
                        "chmod 700 '" + folder + "'"));
            }
        }
        findings.addAll(keys(patient.home().resolve("keys")));
        return findings;
    }

    private static List<Finding> keys(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (isOpen(file)) {
                    findings.add(Finding.error(
                            "permissions",
                            "The key " + file
                                    + " can be read by other users of this machine: whoever has it can make tokens.",
                            "chmod 600 '" + file + "'"));
                }
            }
        }
        return findings;
    }

    private static boolean isOpen(Path path) throws IOException {
        try {
            return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).stream()
                    .anyMatch(OTHERS::contains);
        } catch (UnsupportedOperationException windows) {
            return false;
        }
    }

    static List<Finding> clock(Patient patient) throws IOException {
        String remedy = "Set the machine's clock, best by NTP ('timedatectl set-ntp true').";
        if (patient.now().isBefore(RELEASED)) {
            return List.of(Finding.error(
                    "clock",
                    "The machine's clock says " + patient.now()
                            + ", which is before this version was made: logins and certificates go by it.",
                    remedy));
        }
        Path log = patient.home().resolve("logs").resolve("patchbay.log");
        if (Files.exists(log)) {
            Instant written = Files.getLastModifiedTime(log).toInstant();
            if (written.isAfter(patient.now().plus(CLOCK_TOLERANCE))) {
                return List.of(Finding.warning(
                        "clock",
                        "The machine's clock says " + patient.now() + ", but the log was written at " + written
                                + ": the clock has been set back, or was wrong before.",
                        remedy));
            }
        }
        return List.of();
    }

    static List<Finding> classArchive(Patient patient) {
        Path cache = patient.data().resolve("cache");
        String name = "classes-" + patient.machine().javaVersion();
        Path archive = cache.resolve(name + ".jsa");
        Path key = cache.resolve(name + ".key");
        // The key is written after every try, so that what fails is not tried at each start.
        if (Files.exists(key) && !Files.isReadable(archive)) {
            return List.of(Finding.note(
                    "class-archive",
                    "The archive of classes could not be made, so a start takes longer than it could.",
                    "Delete " + key + ": the next start tries again."));
        }
        return List.of();
    }
}
