package io.patchbay.launcher;

/**
 * What happens at SIGTERM and Ctrl-C: the node is stopped in order and the process ends with 0.
 *
 * <p>The JVM would end with 143 after the hook; as a stop that was asked for and went well is no failure, the hook ends the process itself.
 */
final class Stop {

    private static volatile boolean asked;

    private Stop() {}

    /** Whether a signal has asked for the end. */
    static boolean isAsked() {
        return asked;
    }

    static Thread hook(Node node, Logging logging) {
        return new Thread(() -> stop(node, logging), "stop");
    }

    /** The node has ended by itself: nothing is left for the hook to do. */
    static void release(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyRunning) {
            // It is the hook that ended the node, and it ends the process too.
        }
    }

    private static void stop(Node node, Logging logging) {
        asked = true;
        int status = 0;
        try {
            if (!node.stop()) {
                node.reportLeftBehind();
                status = 1;
            }
        } catch (InterruptedException e) {
            status = 1;
        }
        logging.close();
        Runtime.getRuntime().halt(status);
    }
}
