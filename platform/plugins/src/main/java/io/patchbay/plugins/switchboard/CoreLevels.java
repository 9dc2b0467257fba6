package io.patchbay.plugins.switchboard;

/** The start levels of the distribution's core bundles, which can be replaced while the node runs; below and above stand the platform's. */
public final class CoreLevels {
    /** Of the plugins: after the core bundles, before the protocols and the sockets. No core bundle has it. */
    public static final int PLUGINS = 40;

    private static final int FIRST = 30;

    /** From here on stand the sockets. */
    private static final int SOCKETS = 70;

    private CoreLevels() {}

    public static boolean include(int startLevel) {
        return startLevel >= FIRST && startLevel < SOCKETS;
    }
}
