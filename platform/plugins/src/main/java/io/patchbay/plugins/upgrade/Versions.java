package io.patchbay.plugins.upgrade;

import io.patchbay.plugins.manager.DurableFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The distributions that stand in one folder: what was unpacked first, and in its folder {@code versions} those it was upgraded to.
 *
 * <p>The file {@code versions/current} names the one that {@code bin/patchbay} starts, {@code previous} the one to go back to; {@value #FIRST} is what was unpacked first. While {@code trial}
 * is there, the current one has not been ready yet: its first line names where to go back to, and {@code bin/patchbay} adds one for each start, and goes back at the third. When the
 * node is ready, the launcher deletes it, and what it named is the previous one.
 */
final class Versions {
    static final String FIRST = ".";

    private final Path root;
    private final Path folder;

    Versions(Path root) {
        this.root = root;
        this.folder = root.resolve("versions");
    }

    /** A sentence on why nothing can be added here. */
    Optional<String> findObstacle() {
        return Files.isWritable(Files.exists(folder) ? folder : root)
                ? Optional.empty()
                : Optional.of(
                        "The folder %s can't be written by the user that runs the node; unpack the new version there yourself, or give the folder to that user."
                                .formatted(root));
    }

    Path folderOf(String name) {
        return name.equals(FIRST) ? root : folder.resolve(name);
    }

    boolean has(String name) {
        return Files.isRegularFile(folderOf(name).resolve(DistributionFiles.LIST));
    }

    /** A new folder to unpack into. */
    Path incoming() throws IOException {
        Files.createDirectories(folder);
        Path incoming = folder.resolve(".incoming");
        delete(incoming);
        return incoming;
    }

    /** What was unpacked is a version from now on. */
    void add(Path incoming, String name) throws IOException {
        delete(folder.resolve(name));
        DurableFile.move(incoming, folder.resolve(name));
    }

    /** What {@code bin/patchbay} starts. */
    String current() throws IOException {
        return read("current").filter(this::has).orElse(FIRST);
    }

    /** The name of the version that stands in a folder. */
    String nameOf(Path distribution) {
        return distribution.toAbsolutePath().equals(root.toAbsolutePath())
                ? FIRST
                : String.valueOf(distribution.getFileName());
    }

    Optional<String> previous() throws IOException {
        return read("previous").filter(this::has);
    }

    /**
     * The next start is of {@code name}.
     *
     * @param from what runs now
     * @param onTrial whether it goes back by itself if it doesn't get ready
     */
    void switchTo(String name, String from, boolean onTrial) throws IOException {
        DurableFile.replace(folder.resolve(onTrial ? "trial" : "previous"), List.of(from));
        DurableFile.replace(folder.resolve("current"), List.of(name));
    }

    /** Deletes all versions but these. */
    void keepOnly(Collection<String> names) throws IOException {
        List<Path> others;
        try (Stream<Path> all = Files.list(folder)) {
            others = all.filter(Files::isDirectory)
                    .filter(version -> !names.contains(version.getFileName().toString()))
                    .toList();
        }
        for (Path version : others) {
            delete(version);
        }
    }

    private Optional<String> read(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Files.readAllLines(file).stream().findFirst() : Optional.empty();
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
