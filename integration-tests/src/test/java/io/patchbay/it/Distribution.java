package io.patchbay.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The built zip, unpacked: {@link #shared()} for tests that leave it as it is, {@link #unpackTo} for those that change it.
 *
 * @param folder the folder with bin, bundles, lib...
 */
record Distribution(Path folder) {

    /** Unpacked once for all tests of this JVM, in a folder with a space in its name, as users have them. */
    static Distribution shared() {
        return Shared.DISTRIBUTION;
    }

    private static final class Shared {
        static final Distribution DISTRIBUTION = unpackTo(work().resolve("the distribution"));
    }

    /** Unpacks a copy into {@code folder}; what an earlier run left there is replaced. */
    static Distribution unpackTo(Path folder) {
        try {
            deleteTree(folder);
            try (InputStream file = Files.newInputStream(zip());
                    ZipInputStream zip = new ZipInputStream(file)) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    Path target = folder.resolve(entry.getName());
                    if (entry.isDirectory()) {
                        Files.createDirectories(target);
                    } else {
                        Files.createDirectories(Objects.requireNonNull(target.getParent()));
                        Files.copy(zip, target, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
            try (Stream<Path> top = Files.list(folder)) {
                Distribution distribution = new Distribution(top.findFirst().orElseThrow());
                // Java's zip reader doesn't tell the rights that are in the zip.
                distribution.patchbay().toFile().setExecutable(true);
                return distribution;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path zip() {
        return Path.of(Objects.requireNonNull(
                System.getProperty("patchbay.zip"),
                "the system property patchbay.zip must name the built distribution"));
    }

    /** Where tests may write; survives them, so that logs can be read. */
    static Path work() {
        return Path.of(System.getProperty("patchbay.work", "target"));
    }

    Path patchbay() {
        return folder.resolve("bin").resolve("patchbay");
    }

    Path bundlesList() {
        return folder.resolve("bundles.list");
    }

    /** Adds a line to bundles.list. */
    void addToBundlesList(String line) {
        try {
            Files.write(bundlesList(), List.of(line), java.nio.file.StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the other lines out of bundles.list. */
    void keepOfBundlesList(Predicate<String> wanted) {
        try {
            Files.write(
                    bundlesList(),
                    Files.readAllLines(bundlesList()).stream().filter(wanted).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the command line ({@code patchbay status} and the like) to its end. */
    CommandResult run(String... arguments) {
        return CommandResult.of(patchbay(), "", arguments);
    }

    /** The same with a text on its standard input. */
    CommandResult runWithInput(String input, String... arguments) {
        return CommandResult.of(patchbay(), input, arguments);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
