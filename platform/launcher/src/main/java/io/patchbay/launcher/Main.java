package io.patchbay.launcher;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.LoggerFactory;

/**
 * {@code java -jar lib/patchbay-launcher.jar run ...}: exit code 0 after a stop that was asked for, 1 if the node can't start or something of it did not stop, 2 if the arguments are wrong,
 * {@value Successor#STATUS} if its supervisor shall start it again.
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
            Run run = run(arguments, distribution, logging);
            if (run.ending() != Ending.RESTART) {
                return run.ending() == Ending.ORDERLY ? 0 : 1;
            }
            logging.close();
            return new Successor(distribution, arguments.again(words, run.port())).start();
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

    /** @param port that it listened on */
    private record Run(Ending ending, int port) {}

    private enum Ending {
        ORDERLY,
        /** Something did not stop. */
        CUT,
        /** Another run is to follow. */
        RESTART
    }

    /** The home is let go when it returns. */
    private static Run run(Arguments arguments, Distribution distribution, Logging logging)
            throws InterruptedException {
        Home home = Home.prepare(arguments.home().orElseGet(distribution::defaultHome));
        try (HomeLock lock = HomeLock.take(home)) {
            logging.openFiles(home.logs());
            Node node = new Node(arguments, distribution, home, logging);
            Thread hook = Stop.hook(node, logging);
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                return new Run(run(node), node.port());
            } finally {
                Stop.release(hook);
            }
        }
    }

    private static Ending run(Node node) throws InterruptedException {
        FutureTask<Boolean> run = new FutureTask<>(() -> {
            node.run();
            return true;
        });
        Thread thread = new Thread(run, "node");
        thread.setDaemon(true);
        thread.start();
        boolean orderly = node.awaitEnd();
        if (!orderly && !Stop.isAsked()) {
            node.reportLeftBehind();
        } else if (orderly) {
            requireDone(run);
        }
        return node.isRestartAsked() ? Ending.RESTART : orderly ? Ending.ORDERLY : Ending.CUT;
    }

    private static void requireDone(FutureTask<Boolean> run) throws InterruptedException {
        try {
            run.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            if (e.getCause() instanceof Error known) {
                throw known;
            }
            throw new StartException("The node can't start: " + e.getCause(), e.getCause());
        }
    }
}
