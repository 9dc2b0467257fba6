package io.patchbay.launcher;

import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * {@code java -jar lib/patchbay-launcher.jar run ...}: exit code 0 after a stop that was asked for, 1 if the node can't start, 2 if the arguments are wrong, {@value Successor#STATUS} if its
 * supervisor shall start it again.
 */
public final class Main {

    private static final int WRONG_ARGUMENTS = 2;

    private Main() {}

    public static void main(String[] words) {
        Arguments arguments;
        try {
            arguments = Arguments.parse(List.of(words));
        } catch (StartException e) {
            System.err.println(e.getMessage());
            System.exit(WRONG_ARGUMENTS);
            return;
        }
        System.exit(run(arguments, List.of(words)));
    }

    private static int run(Arguments arguments, List<String> words) {
        Logging logging = Logging.open();
        try {
            Distribution distribution = Distribution.locate();
            if (!run(arguments, distribution, logging)) {
                return 0;
            }
            logging.close();
            return new Successor(distribution, words).start();
        } catch (StartException e) {
            System.err.println("patchbay: " + e.getMessage());
            logging.closeConsole();
            LoggerFactory.getLogger("node").error("{}", e.getMessage(), e.getCause());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            logging.close();
        }
    }

    /** Whether another run is to follow. The home is let go when it returns. */
    private static boolean run(Arguments arguments, Distribution distribution, Logging logging)
            throws InterruptedException {
        Home home = Home.prepare(arguments.home().orElseGet(distribution::defaultHome));
        try (HomeLock lock = HomeLock.take(home)) {
            logging.openFiles(home.logs());
            Node node = new Node(arguments, distribution, home, logging);
            Thread hook = Stop.hook(node, logging);
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                node.run();
            } finally {
                Stop.release(hook);
            }
            return node.isRestartAsked();
        }
    }
}
