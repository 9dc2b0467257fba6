package io.patchbay.plugins.upgrade;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.plugins.manager.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A zip file that is said to be a distribution of Patchbay: checked, read and unpacked. All it holds lies in one folder at its root. */
final class DistributionZip implements AutoCloseable {
    static final int ENTRIES = 20_000;
    static final long UNPACKED_BYTES = 1L << 30;

    private final Path file;
    private final ZipFile zip;
    private final String root;

    private DistributionZip(Path file, ZipFile zip, String root) {
        this.file = file;
        this.zip = zip;
        this.root = root;
    }

    /** @throws PatchbayException PLUGIN_INVALID if it is none, in a sentence */
    static DistributionZip open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new PatchbayException(ErrorCode.PLUGIN_INVALID, "There is no file " + file + ".");
        }
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (IOException e) {
            throw invalid(file, "is no zip file, or a damaged one: " + e.getMessage());
        }
        try {
            return new DistributionZip(file, zip, check(file, zip));
        } catch (RuntimeException e) {
            closeQuietly(zip);
            throw e;
        }
    }

    private static String check(Path file, ZipFile zip) {
        if (zip.size() > ENTRIES) {
            throw invalid(file, "has %d entries, more than %d".formatted(zip.size(), ENTRIES));
        }
        Set<String> names = new HashSet<>();
        Set<String> roots = new HashSet<>();
        long unpacked = 0;
        for (ZipEntry entry : Collections.list(zip.entries())) {
            String name = entry.getName();
            List<String> segments = List.of(name.split("/", -1));
            if (segments.contains("..")
                    || segments.contains(".")
                    || name.startsWith("/")
                    || name.indexOf('\\') >= 0
                    || name.indexOf(':') >= 0
                    || name.chars().anyMatch(Character::isISOControl)) {
                throw invalid(file, "has an entry with an unsafe path: " + name);
            }
            if (!names.add(name)) {
                throw invalid(file, "has two entries named " + name);
            }
            roots.add(segments.get(0));
            unpacked += Math.max(0, entry.getSize());
        }
        if (unpacked > UNPACKED_BYTES) {
            throw invalid(file, "unpacks to more than %d MiB".formatted(UNPACKED_BYTES >> 20));
        }
        String root = roots.size() == 1 ? roots.iterator().next() : "";
        for (String needed : List.of("bin/patchbay", DistributionFiles.LIST, "CONTENTS")) {
            if (zip.getEntry(root + "/" + needed) == null) {
                throw invalid(file, "is no distribution of Patchbay: it has no " + needed);
            }
        }
        return root;
    }

    /** PLUGIN_INVALID if what it lists is not there. */
    DistributionFiles files() {
        try {
            return DistributionFiles.of(new DistributionFiles.Source() {
                @Override
                public List<String> list(String folder) {
                    String prefix = root + "/" + folder + "/";
                    return zip.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0)
                            .map(name -> name.substring(prefix.length()))
                            .filter(name -> !name.isEmpty())
                            .toList();
                }

                @Override
                public InputStream open(String path) throws IOException {
                    return DistributionZip.this.open(path);
                }
            });
        } catch (IOException e) {
            throw invalid(file, "is no whole distribution of Patchbay: " + e.getMessage());
        }
    }

    private InputStream open(String path) throws IOException {
        ZipEntry entry = zip.getEntry(root + "/" + path);
        if (entry == null) {
            throw new IOException("there is no " + path + " in it");
        }
        return zip.getInputStream(entry);
    }

    String digest() {
        return Sha256.of(file);
    }

    /** What a text file of it says, line by line. */
    private List<String> contents() throws IOException {
        try (InputStream in = open("CONTENTS")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    /**
     * Unpacks everything and forces it to the disk.
     *
     * @param folder must not be there yet
     * @throws PatchbayException PLUGIN_INVALID if it is damaged or incomplete; UNAVAILABLE if the disk does not take it
     */
    void unpack(Path folder) {
        long left = UNPACKED_BYTES;
        byte[] buffer = new byte[1 << 16];
        try {
            Files.createDirectories(folder);
            for (ZipEntry entry : Collections.list(zip.entries())) {
                Path target = folder.resolve(entry.getName().substring(root.length() + 1));
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                left -= copy(entry, target, buffer, left);
            }
            for (String path : contents()) {
                if (!Files.isRegularFile(folder.resolve(path))) {
                    throw invalid(file, "is not whole: it names %s, but does not hold it".formatted(path));
                }
            }
        } catch (ZipException e) {
            throw invalid(file, "is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "%s can't be unpacked: %s.".formatted(file.getFileName(), e.getMessage()),
                    e);
        }
    }

    private long copy(ZipEntry entry, Path target, byte[] buffer, long atMost) throws IOException {
        long copied = 0;
        CRC32 sum = new CRC32();
        try (InputStream in = zip.getInputStream(entry);
                FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                copied += read;
                if (copied > atMost) {
                    throw invalid(file, "unpacks to more than %d MiB".formatted(UNPACKED_BYTES >> 20));
                }
                sum.update(buffer, 0, read);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            out.force(true);
        }
        // The library checks none when entries are read by their place.
        if (sum.getValue() != entry.getCrc()) {
            throw new ZipException("what " + entry.getName() + " holds is not what was put in");
        }
        if (entry.getName().startsWith(root + "/bin/") && !target.toFile().setExecutable(true, false)) {
            throw new IOException(target + " can't be made executable");
        }
        return copied;
    }

    private static PatchbayException invalid(Path file, String why) {
        return new PatchbayException(ErrorCode.PLUGIN_INVALID, "%s %s.".formatted(file.getFileName(), why));
    }

    @Override
    public void close() {
        closeQuietly(zip);
    }

    private static void closeQuietly(ZipFile zip) {
        try {
            zip.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
