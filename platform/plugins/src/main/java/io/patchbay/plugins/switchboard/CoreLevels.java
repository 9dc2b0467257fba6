package io.patchbay.plugins.manager;

/** The start levels of the distribution's core bundles, which can be replaced while the node runs; below and above stand the platform's. */
public final class CoreLevels {
    private static final int FIRST = 30;

    /** From here on stand the sockets. */
    private static final int SOCKETS = 70;

    private CoreLevels() {}

    public static boolean include(int startLevel) {
        return startLevel >= FIRST && startLevel < SOCKETS;
    }
}
