package io.patchbay.launcher;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The unpacked distribution, which the node only reads.
 *
 * @param folder absolute
 */
record Distribution(Path folder) {

    /** The distribution whose {@code lib} folder this launcher was loaded from. */
    static Distribution locate() {
        try {
            Path jar = Path.of(Distribution.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path folder = jar.toAbsolutePath().getParent().getParent();
            if (folder == null || !Files.isRegularFile(folder.resolve("bundles.list"))) {
                throw new StartException(
                        jar + " does not stand in the lib folder of an unpacked Patchbay distribution.");
            }
            return new Distribution(folder);
        } catch (URISyntaxException e) {
            throw new StartException("The place that the launcher was loaded from is no file.", e);
        }
    }

    Path bundlesList() {
        return folder.resolve("bundles.list");
    }

    Path bundles() {
        return folder.resolve("bundles");
    }

    /** The folder that was unpacked first: {@code bin/patchbay} of it has started this one, if it was upgraded. */
    Path root() {
        return setting("PATCHBAY_ROOT").orElse(folder);
    }

    /** The default home: beside the programs, so that an unpacked folder is all there is to move or delete. */
    Path defaultHome() {
        return setting("PATCHBAY_HOME").orElseGet(() -> root().resolve("home"));
    }

    private static Optional<Path> setting(String variable) {
        return Optional.ofNullable(System.getenv(variable))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }

    String version() {
        String version = Distribution.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    BundlesList readBundlesList() {
        try {
            return BundlesList.parse(Files.readAllLines(bundlesList()));
        } catch (IOException e) {
            throw new StartException(bundlesList() + " can't be read: " + e.getMessage(), e);
        }
    }

    /** The jar files that lie in {@code bundles}, named in the list or not. */
    File[] bundleFiles() {
        File[] files = bundles().toFile().listFiles((folder, name) -> name.endsWith(".jar"));
        return files == null ? new File[0] : files;
    }
}
