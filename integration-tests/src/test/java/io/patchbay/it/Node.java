package io.patchbay.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node of the distribution in a process of its own.
 *
 * <pre>{@code
 * try (Node node = Node.start(home)) {       // ready, on a free port of its own
 *     node.uri();                            // http://127.0.0.1:43213
 *     node.kill();                           // kill -9
 * }                                          // else stopped here, with SIGTERM
 * }</pre>
 *
 * <p>Any thread. Everything that waits has a limit and fails with the node's log.
 */
public final class Node implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    /** The line and its first address. */
    private static final Pattern READY = Pattern.compile("\\bready (?:without an address|(\\S+?://\\S+)).*");

    private final Process process;
    private final Path home;
    private final List<String> lines = new ArrayList<>();
    private final Object changed = new Object();
    private boolean outputEnded;

    private Node(Process process, Path home) {
        this.process = process;
        this.home = home;
        Thread reader = new Thread(this::readOutput, "node-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a node on a free port and waits until it is ready. */
    public static Node start(Path home, String... moreArguments) {
        return start(Distribution.shared(), home, moreArguments);
    }

    static Node start(Distribution distribution, Path home, String... moreArguments) {
        Node node = launch(distribution, home, moreArguments);
        try {
            node.readyLine();
            return node;
        } catch (AssertionError | RuntimeException e) {
            node.process.destroyForcibly();
            throw e;
        }
    }

    /** Starts the process and doesn't wait, for nodes that aren't to become ready. */
    static Node launch(Distribution distribution, Path home, String... moreArguments) {
        // An archive of classes is made in the background after a first start: that would only slow down the other
        // tests.
        return launch(distribution, home, Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=off"), moreArguments);
    }

    /** The same with more environment variables. */
    static Node launch(Distribution distribution, Path home, Map<String, String> environment, String... moreArguments) {
        List<String> command =
                new ArrayList<>(List.of(distribution.patchbay().toString(), "run", "--home", home.toString()));
        if (!List.of(moreArguments).contains("--port")) {
            command.addAll(List.of("--port", "0"));
        }
        command.addAll(List.of(moreArguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        environment.forEach((name, value) -> builder.environment()
                .merge(name, value, (inherited, own) -> name.endsWith("_OPTS") ? inherited + " " + own : own));
        try {
            return new Node(builder.start(), home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readOutput() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(the output broke off: " + e.getMessage() + ")");
        }
        synchronized (changed) {
            outputEnded = true;
            changed.notifyAll();
        }
    }

    private void add(String line) {
        synchronized (changed) {
            lines.add(line);
            changed.notifyAll();
        }
    }

    public Path home() {
        return home;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The line that says "ready"; waits for it. */
    public String readyLine() {
        return awaitLine(line -> READY.matcher(line).find(), "that it is ready", START_LIMIT);
    }

    /** The port that the node really listens on; fails if it listens on none. */
    public int port() {
        return uri().getPort();
    }

    /** Where its HTTP is, such as {@code http://127.0.0.1:43213}; fails if it listens nowhere. */
    public URI uri() {
        Matcher ready = READY.matcher(readyLine());
        String address = ready.find() ? ready.group(1) : null;
        if (address == null) {
            throw failure("listens nowhere");
        }
        return URI.create(address.replaceAll("/+$", ""));
    }

    /** All that it has written to the console until now. */
    public String log() {
        synchronized (changed) {
            return String.join("\n", lines);
        }
    }

    /** Waits for a line of the console, also one written before. */
    public String awaitLine(String part) {
        return awaitLine(line -> line.contains(part), "'" + part + "'", START_LIMIT);
    }

    private String awaitLine(Predicate<String> wanted, String what, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (changed) {
            Optional<String> found = lines.stream().filter(wanted).findFirst();
            while (found.isEmpty()) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (outputEnded || leftMs <= 0) {
                    throw failure("did not say " + what
                            + (outputEnded ? " before it ended" : " within " + limit.toSeconds() + " s"));
                }
                try {
                    changed.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw failure("was not waited for to the end");
                }
                found = lines.stream().filter(wanted).findFirst();
            }
            return found.get();
        }
    }

    /** Sends SIGTERM and waits for the end; returns the exit code. */
    public int stop() {
        // Through the handle: Process.destroy() would close our end of its output, and lose its last words.
        process.toHandle().destroy();
        return awaitExit();
    }

    /** Kill -9, and waits until the process is gone. */
    public void kill() {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** Waits until the process has ended by itself; returns the exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failure("did not end within " + STOP_LIMIT.toSeconds() + " s");
            }
            synchronized (changed) {
                while (!outputEnded) {
                    changed.wait();
                }
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was not waited for to the end");
        }
    }

    private AssertionError failure(String what) {
        return new AssertionError("The node of " + home + " " + what + ". Its log:\n" + log());
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }
}
