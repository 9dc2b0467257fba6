package io.patchbay.engine.migration;

/**
 * A hook for tests that kill the node at an exact point: with {@code -Dpatchbay.failpoint=migration.<phase>} the JVM halts, as if by kill -9, when a migration gets to the end of that phase.
 * Without the property it does nothing.
 */
public final class Failpoints {
    private static final int KILLED = 137;

    private Failpoints() {}

    public static void reach(String phase) {
        if (("migration." + phase).equals(System.getProperty("patchbay.failpoint"))) {
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
