package io.patchbay.it;

import java.nio.file.Path;
import java.util.Objects;

/** The jar of the sample plugin store-h2, and further versions of it. */
final class SampleStore {
    static final String PLUGIN = "io.patchbay.store.h2";
    static final String ADAPTER = "h2";

    private SampleStore() {}

    static Path jar() {
        return Path.of(Objects.requireNonNull(
                System.getProperty("patchbay.storeH2"),
                "the system property patchbay.storeH2 must name the built plugin"));
    }

    /** The same plugin under another version. */
    static Path version(String version, Path folder) {
        return BundleVersion.of(jar(), version, folder.resolve("store-h2-" + version + ".jar"));
    }
}
