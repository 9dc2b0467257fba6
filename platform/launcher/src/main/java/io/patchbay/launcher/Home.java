package io.patchbay.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The folder of one node: all that it reads and writes apart from the programs.
 *
 * @param folder absolute
 */
record Home(Path folder) {

    /** Raised when an older version of Patchbay could no longer work on the folder. */
    static final int FORMAT = 1;

    private static final String PRIVATE_FOLDER = "rwx------";

    /**
     * Makes the folders that are missing.
     *
     * @throws StartException if the home was written by a newer version, or can't be written
     */
    static Home prepare(Path folder) {
        Home home = new Home(folder.toAbsolutePath().normalize());
        if (Files.isRegularFile(home.folder)) {
            throw new StartException(home.folder + " is a file; a home is a folder, so give another --home.");
        }
        try {
            for (Path part :
                    List.of(home.conf(), home.data(), home.cache(), home.plugins(), home.keys(), home.logs())) {
                Files.createDirectories(part);
            }
            makePrivate(home.keys());
            makePrivate(home.data());
            // The log holds the code by which the first admin is made.
            makePrivate(home.logs());
            home.checkFormat();
            return home;
        } catch (IOException e) {
            throw new StartException("The home folder " + home.folder + " can't be prepared: " + describe(e) + ".", e);
        }
    }

    Path conf() {
        return folder.resolve("conf");
    }

    Path configurationFile() {
        return conf().resolve("patchbay.yaml");
    }

    Path data() {
        return folder.resolve("data");
    }

    /** What may be deleted while the node is stopped, and is then made anew. */
    Path cache() {
        return data().resolve("cache");
    }

    /** Files that belong to one run of the node; emptied at each start. */
    Path temporary() {
        return data().resolve("tmp");
    }

    Path plugins() {
        return folder.resolve("plugins");
    }

    Path keys() {
        return folder.resolve("keys");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    /** Removes what the last run left (a killed one leaves its native libraries); only the holder of the lock may call it. */
    void emptyTemporary() {
        try {
            deleteTree(temporary());
            Files.createDirectories(temporary());
        } catch (IOException e) {
            throw new StartException(temporary() + " can't be emptied: " + describe(e) + ".", e);
        }
    }

    private void checkFormat() throws IOException {
        Path file = data().resolve("format");
        if (!Files.exists(file)) {
            Files.writeString(file, FORMAT + "\n");
            return;
        }
        String text = Files.readString(file).strip();
        int format;
        try {
            format = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new StartException(file + " should hold the number of the home's format, not '" + text + "'.", e);
        }
        if (format > FORMAT) {
            throw new StartException("The home " + folder + " was written by a newer Patchbay (format " + format
                    + ", this one knows " + FORMAT + "): start it with that version, or restore a backup.");
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        // Windows has no POSIX rights; there the folder inherits its parent's access list.
        PosixFileAttributeView view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString(PRIVATE_FOLDER));
        }
    }

    /** Deletes a file or folder if it is there; a symbolic link is removed, never followed. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path folder, java.io.@org.jspecify.annotations.Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static String describe(Exception e) {
        String kind = e instanceof UncheckedIOException unchecked && unchecked.getCause() != null
                ? unchecked.getCause().getClass().getSimpleName()
                : e.getClass().getSimpleName();
        return e.getMessage() == null ? kind : kind + " " + e.getMessage();
    }
}
