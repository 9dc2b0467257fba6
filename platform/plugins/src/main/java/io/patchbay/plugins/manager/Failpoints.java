package io.patchbay.plugins.manager;

/**
 * A hook for tests that kill the node at an exact point: with {@code -Dpatchbay.failpoint=NAME} the JVM halts, as if by kill -9, when it gets to the point of that name.
 *
 * <p>The names here are {@code plugins.<step>} and {@code upgrade.<step>}, passed after the journal says that the step is done. Without the property it does nothing.
 */
public final class Failpoints {
    static final String PROPERTY = "patchbay.failpoint";

    /** What a killed JVM returns; as the shell says of a process that ended by SIGKILL. */
    static final int EXIT = 137;

    private Failpoints() {}

    public static void reach(String name) {
        if (name.equals(System.getProperty(PROPERTY))) {
            Runtime.getRuntime().halt(EXIT);
        }
    }
}
