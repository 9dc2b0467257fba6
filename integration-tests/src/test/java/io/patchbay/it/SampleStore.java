package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.Objects;

/** The jar of the sample plugin store-h2, and further versions of it. */
final class SampleStore {
    static final String PLUGIN = "io.patchbay.store.h2";
    static final String ADAPTER = "h2";

    private SampleStore() {}

    /** The command that swaps the documents to an adapter: this one can't encrypt, and wants that to be said. */
    static String[] swapTo(String adapter) {
        return adapter.equals(ADAPTER)
                ? new String[] {"store", "swap", "documents", "--to", adapter, "--plaintext"}
                : new String[] {"store", "swap", "documents", "--to", adapter};
    }

    /** The same, as the body of a request. */
    static Value.Struct swapRequest(String adapter) {
        return Value.struct("adapter", Value.of(adapter), "plaintext", Value.of(adapter.equals(ADAPTER)));
    }

    static Path jar() {
        return Path.of(Objects.requireNonNull(
                System.getProperty("patchbay.storeH2"),
                "the system property patchbay.storeH2 must name the built plugin"));
    }

    /** The same plugin under another version. */
    static Path version(String version, Path folder) {
        return version(jar(), version, folder);
    }

    /** The same of any plugin. */
    static Path version(Path plugin, String version, Path folder) {
        String name = plugin.getFileName().toString().replaceFirst("-[0-9.]+\\.jar$", "");
        return BundleVersion.of(plugin, version, folder.resolve(name + "-" + version + ".jar"));
    }
}
