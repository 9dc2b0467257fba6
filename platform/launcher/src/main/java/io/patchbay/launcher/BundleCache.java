package io.patchbay.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The framework's folder of installed bundles, kept from one start to the next as long as it belongs to exactly this distribution.
 *
 * <p>It holds nothing that can't be made again, so at the slightest doubt it is deleted: when its fingerprint differs, and when the last start with it did not get through (the fingerprint is taken away while the framework
 * starts and put back when it has).
 */
final class BundleCache {

    private static final int BUFFER_BYTES = 1 << 18;

    private final Path folder;
    private final Path fingerprintFile;
    private final String fingerprint;

    private BundleCache(Path folder, Path fingerprintFile, String fingerprint) {
        this.folder = folder;
        this.fingerprintFile = fingerprintFile;
        this.fingerprint = fingerprint;
    }

    static BundleCache of(Home home, Distribution distribution, BundlesList list, String frameworkVersion) {
        try {
            String fingerprint = fingerprint(distribution, list, frameworkVersion);
            return new BundleCache(
                    home.cache().resolve("bundles"), home.cache().resolve("bundles.fingerprint"), fingerprint);
        } catch (IOException e) {
            throw new StartException("The bundles of the distribution can't be read: " + Home.describe(e) + ".", e);
        }
    }

    Path folder() {
        return folder;
    }

    /** Differs whenever a bundle does. */
    String fingerprint() {
        return fingerprint;
    }

    /** The bundles that can't start in this distribution, as far as a start from a new cache has shown. */
    List<String> knownTroubled() {
        try {
            return Files.exists(troubledFile()) ? Files.readAllLines(troubledFile()) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private Path troubledFile() {
        return fingerprintFile.resolveSibling("bundles.troubled");
    }

    /** True if the folder can be started from as it is; if not, it is empty afterwards. */
    boolean claim() {
        try {
            boolean usable = Files.isDirectory(folder)
                    && Files.exists(fingerprintFile)
                    && Files.readString(fingerprintFile).equals(fingerprint);
            Files.deleteIfExists(fingerprintFile);
            if (!usable) {
                Home.deleteTree(folder);
            }
            return usable;
        } catch (IOException e) {
            throw new StartException("The bundle cache " + folder + " can't be used: " + Home.describe(e) + ".", e);
        }
    }

    /**
     * Says that the framework has started from it, so that the next start may too.
     *
     * @param without the bundles that did not start although the cache was new: the next start isn't to blame the cache for them
     */
    void confirm(List<String> without) {
        try {
            Files.writeString(fingerprintFile, fingerprint);
            Files.write(troubledFile(), without);
        } catch (IOException e) {
            throw new StartException(fingerprintFile + " can't be written: " + Home.describe(e) + ".", e);
        }
    }

    /**
     * What must be equal for a cache to fit. A CRC is enough: it guards against forgetting a rebuild, not against an enemy, who could change the cache itself.
     */
    private static String fingerprint(Distribution distribution, BundlesList list, String frameworkVersion)
            throws IOException {
        StringBuilder text = new StringBuilder("framework " + frameworkVersion + "\n" + distribution.folder() + "\n");
        byte[] buffer = new byte[BUFFER_BYTES];
        for (BundlesList.Entry entry : list.entries()) {
            Path file = distribution.bundles().resolve(entry.file());
            text.append(entry.level()).append(' ').append(entry.file()).append(' ');
            text.append(Files.exists(file) ? crc(file, buffer) : "missing").append('\n');
        }
        return text.toString();
    }

    private static String crc(Path file, byte[] buffer) throws IOException {
        CRC32 crc = new CRC32();
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
            }
        }
        return Long.toHexString(crc.getValue());
    }
}
