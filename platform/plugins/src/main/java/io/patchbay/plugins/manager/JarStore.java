package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The jars of plugins, each named by its SHA-256: those that are kept, and those that were copied for a plan. Whoever plans with a copy holds this object meanwhile, so that nobody takes or drops it. */
final class JarStore {
    private static final Pattern PLANNED_JAR = Pattern.compile("[0-9a-f]{64}\\.jar");
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path kept;
    private final Path planned;

    JarStore(Path kept) {
        this.kept = kept;
        this.planned = kept.resolve("planned");
    }

    /** Makes the folders. */
    void open() throws IOException {
        Files.createDirectories(planned);
    }

    /**
     * Copies {@code jar} for a plan and returns its digest; the copy is forced to the disk.
     *
     * @throws PatchbayException PLUGIN_INVALID if it can't be read or is too large
     */
    String copyIn(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new PatchbayException(ErrorCode.PLUGIN_INVALID, "There is no file " + jar + ".");
        }
        Path copy = null;
        try {
            copy = Files.createTempFile(planned, "copy", ".part");
            String digest = copy(jar, copy);
            DurableFile.move(copy, plannedFile(digest));
            return digest;
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_INVALID, "The file %s can't be copied: %s.".formatted(jar, e.getMessage()), e);
        } finally {
            deleteQuietly(copy);
        }
    }

    /** A new file for what is on its way; whoever asked for it deletes it. */
    Path openPart() {
        try {
            return Files.createTempFile(planned, "download", ".part");
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "A file in %s can't be made: %s.".formatted(planned, e.getMessage()), e);
        }
    }

    static void deleteQuietly(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // The next start empties the folder.
        }
    }

    private static String copy(Path from, Path to) throws IOException {
        MessageDigest sha256 = Sha256.begin();
        try (InputStream in = Files.newInputStream(from);
                FileChannel out = FileChannel.open(to, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long total = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                total += read;
                if (total > Limits.PLUGIN_BYTES) {
                    throw PatchbayException.beyond(
                            "plugin_bytes",
                            ErrorCode.PLUGIN_INVALID,
                            "%s is too large: a plugin has at most %d MiB."
                                    .formatted(from.getFileName(), Limits.PLUGIN_BYTES >> 20));
                }
                sha256.update(buffer, 0, read);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            out.force(true);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** The file of this digest, copied for a plan (so just read) or kept. NOT_FOUND if there is none. */
    Path require(String digest) {
        for (Path file : List.of(plannedFile(digest), keptFile(digest))) {
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new PatchbayException(ErrorCode.NOT_FOUND, "The jar %s is not in %s any more.".formatted(digest, kept));
    }

    /** Whether {@link #require} would find it. */
    boolean has(String digest) {
        return hasCopy(digest) || keeps(digest);
    }

    private boolean hasCopy(String digest) {
        return Files.isRegularFile(plannedFile(digest));
    }

    boolean keeps(String digest) {
        return Files.isRegularFile(keptFile(digest));
    }

    /** Whether the kept file still is what its name says. */
    boolean isIntact(String digest) {
        try {
            return Sha256.of(keptFile(digest)).equals(digest);
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** A copy that was planned is kept from now on, also in the place of one that is damaged; does nothing if there is only the kept one. */
    synchronized void keep(String digest) {
        if (keeps(digest) && !hasCopy(digest)) {
            return;
        }
        try {
            DurableFile.move(plannedFile(digest), keptFile(digest));
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The jar can't be stored as %s: %s.".formatted(keptFile(digest), e.getMessage()),
                    e);
        }
    }

    synchronized void dropPlanned(String digest) {
        deleteQuietly(plannedFile(digest));
    }

    /** Deletes all kept jars but these. */
    synchronized void keepOnly(Set<String> digests) {
        try (Stream<Path> files = Files.list(kept)) {
            files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}\\.jar"))
                    .filter(file ->
                            !digests.contains(file.getFileName().toString().substring(0, 64)))
                    .forEach(JarStore::deleteQuietly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes what was copied for plans, but for the last of them: these may be carried out after a restart too. */
    void boundPlanned(Instant now) {
        long jars = 0;
        long bytes = 0;
        for (File planned : listPlanned()) {
            jars++;
            bytes += planned.length();
            boolean old =
                    planned.lastModified() < now.minus(PlanLimits.PLANNED_FOR).toEpochMilli();
            if (old || jars > 1 && (jars > PlanLimits.PLANNED_JARS || bytes > PlanLimits.PLANNED_BYTES)) {
                deleteQuietly(planned.toPath());
            }
        }
    }

    /** What the jars that were copied for plans take. */
    long plannedBytes() {
        return listPlanned().stream().mapToLong(File::length).sum();
    }

    /** Newest first. */
    private List<File> listPlanned() {
        File[] files = planned.toFile()
                .listFiles((folder, name) -> PLANNED_JAR.matcher(name).matches());
        return files == null
                ? List.of()
                : Stream.of(files)
                        .sorted(Comparator.comparingLong(File::lastModified).reversed())
                        .toList();
    }

    /** Deletes what was on its way when the node stopped, and what no plan can use any more. */
    void tidyPlanned(Instant now) {
        try (Stream<Path> files = Files.list(planned)) {
            files.filter(file ->
                            !PLANNED_JAR.matcher(file.getFileName().toString()).matches())
                    .forEach(JarStore::deleteQuietly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boundPlanned(now);
    }

    private Path keptFile(String digest) {
        return kept.resolve(digest + ".jar");
    }

    private Path plannedFile(String digest) {
        return planned.resolve(digest + ".jar");
    }
}
