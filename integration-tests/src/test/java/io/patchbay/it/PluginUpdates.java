package io.patchbay.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A plugin, or a core bundle of the distribution, goes on to its next version, back to the one before, or, where it is a core bundle, to the distribution's own. */
final class PluginUpdates implements SwapKind {
    private final String plugin;
    private final Path original;
    private final boolean core;
    private final boolean endsStreams;
    private final Path jars;
    private int version = 1;
    private boolean updated;
    private boolean canGoBack;

    private PluginUpdates(String plugin, Path original, boolean core, boolean endsStreams, Path jars) {
        this.plugin = plugin;
        this.original = original;
        this.core = core;
        this.endsStreams = endsStreams;
        this.jars = jars;
    }

    /** @param bundle by the name of its folder */
    static PluginUpdates ofCore(String bundle, Path jars) {
        return new PluginUpdates(symbolicName(bundle), BundleVersion.core(bundle), true, false, jars);
    }

    /** A core bundle that answers event streams, or carries them. */
    static PluginUpdates ofStreaming(String bundle, Path jars) {
        return new PluginUpdates(symbolicName(bundle), BundleVersion.core(bundle), true, true, jars);
    }

    /** A plugin that is installed with this jar. */
    static PluginUpdates of(String plugin, Path original, Path jars) {
        return new PluginUpdates(plugin, original, false, false, jars);
    }

    static String symbolicName(String bundle) {
        return "io.patchbay." + bundle.replace('-', '.');
    }

    @Override
    public String name() {
        return plugin;
    }

    @Override
    public boolean endsStreams() {
        return endsStreams;
    }

    @Override
    public String swap(Operator operator, Random random) {
        int dice = random.nextInt(10);
        if (dice < 2 && canGoBack) {
            canGoBack = false;
            operator.run("plugin", "rollback", plugin);
            return "rolled back";
        }
        if (dice < 3 && core && updated) {
            updated = false;
            canGoBack = false;
            operator.run("plugin", "uninstall", plugin);
            return "uninstalled: the distribution's own serves again";
        }
        canGoBack = updated;
        updated = true;
        Path next = SampleStore.version(original, "0." + ++version + ".0", jars);
        operator.run("plugin", "update", next.toString());
        delete(next);
        return "updated to 0." + version + ".0";
    }

    private static void delete(Path jar) {
        try {
            Files.delete(jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
