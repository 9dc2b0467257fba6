package io.patchbay.it;

import java.nio.file.Path;
import java.util.Random;

/** Somebody else's plugin comes that offers what a core bundle offers, serves in its place, and goes again. */
final class PluginVisits implements SwapKind {
    private final String plugin;
    private final Path jar;
    private boolean here;

    /** @param bundle the core bundle whose place it takes, by the name of its folder */
    PluginVisits(String bundle, Path jars) {
        this.plugin = "org.example." + bundle.replace('-', '.');
        this.jar = BundleVersion.core(bundle, plugin, jars);
    }

    @Override
    public String name() {
        return plugin;
    }

    @Override
    public String swap(Operator operator, Random random) {
        here = !here;
        if (here) {
            operator.run("plugin", "install", jar.toString());
            return "installed";
        }
        operator.run("plugin", "uninstall", plugin);
        return "uninstalled";
    }
}
