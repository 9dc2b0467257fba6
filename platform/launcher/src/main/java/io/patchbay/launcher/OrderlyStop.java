package io.patchbay.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the bundles before the framework does, in its order, each on a thread of its own and within a time: the framework alone would wait for ever for a bundle that hangs.
 *
 * <p>Whoever asks the framework to stop sets it off, for it listens to that. A framework that still starts, because a bundle hangs in its start, does not hear of it: then {@link #begin} goes ahead
 * without it. What does not stop is left behind, with its name in the log and in {@link #leftBehind}; all others have stopped in order.
 */
final class OrderlyStop implements SynchronousBundleListener {
    private static final Logger log = LoggerFactory.getLogger("node");

    /** As long as a drain; a bundle that needs longer is interrupted. */
    private static final Duration BUNDLE = Duration.ofSeconds(10);

    /** How long it may take to heed the interrupt; and what a bundle has once the time for all is over. */
    private static final Duration INTERRUPTED = Duration.ofSeconds(1);

    /** For all bundles together. */
    private static final Duration ALL = Duration.ofSeconds(20);

    /** How long the framework may take to begin with its end. */
    private static final Duration HEARD = Duration.ofSeconds(1);

    /** What is not through after this long is left to the operating system. */
    private static final Duration WHOLE = Duration.ofSeconds(25);

    private static final int STACK_FRAMES = 4;

    private final Framework framework;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch heard = new CountDownLatch(1);
    private final List<String> leftBehind = new CopyOnWriteArrayList<>();

    /** Both by {@link System#nanoTime}; 0 before. */
    private volatile long beganNanos;

    private volatile boolean through;

    private OrderlyStop(Framework framework) {
        this.framework = framework;
    }

    /** Listens for the end of {@code framework}, which is initialized. */
    static OrderlyStop of(Framework framework) {
        OrderlyStop stop = new OrderlyStop(framework);
        framework.getBundleContext().addBundleListener(stop);
        return stop;
    }

    /** Asks the framework to stop; returns at once. Any thread, any number of times. */
    void begin() {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(this::stopFramework, "node-stop");
        thread.setDaemon(true);
        thread.start();
    }

    private void stopFramework() {
        try {
            framework.stop();
            if (!heard.await(HEARD.toMillis(), TimeUnit.MILLISECONDS)) {
                stopBundles(framework);
            }
        } catch (BundleException e) {
            log.error("The framework does not stop: {}", e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
            heard.countDown();
            stopBundles(event.getBundle());
        }
    }

    private void stopBundles(Bundle system) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        beganNanos = System.nanoTime();
        long deadline = beganNanos + ALL.toNanos();
        BundleContext context = system.getBundleContext();
        Stream.of(context.getBundles())
                .filter(bundle -> bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID)
                .sorted(Comparator.comparingInt(OrderlyStop::level)
                        .thenComparingLong(Bundle::getBundleId)
                        .reversed())
                .filter(OrderlyStop::runs)
                .forEach(bundle -> stop(bundle, deadline));
        through = true;
    }

    private static int level(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).getStartLevel();
    }

    private static boolean runs(Bundle bundle) {
        return (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING)) != 0;
    }

    private void stop(Bundle bundle, long deadline) {
        Thread thread = new Thread(() -> stop(bundle), "stop " + bundle.getSymbolicName());
        thread.setDaemon(true);
        thread.start();
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        long limitMs = Math.max(INTERRUPTED.toMillis(), Math.min(BUNDLE.toMillis(), leftMs));
        try {
            thread.join(limitMs);
            if (!thread.isAlive()) {
                return;
            }
            String stack = stack(thread);
            thread.interrupt();
            thread.join(INTERRUPTED.toMillis());
            boolean gone = !thread.isAlive();
            log.error(
                    "{} {} did not stop within {} s and is {}; it stands at {}.",
                    kind(bundle),
                    name(bundle),
                    TimeUnit.MILLISECONDS.toSeconds(limitMs),
                    gone ? "interrupted" : "left behind",
                    stack);
            if (!gone) {
                leftBehind.add(name(bundle));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leftBehind.add(name(bundle));
        }
    }

    private static void stop(Bundle bundle) {
        try {
            // Transient: it is to start again with the node.
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException | RuntimeException | Error e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            log.warn("{} {} failed while it was stopped: {}", kind(bundle), name(bundle), cause.toString());
        }
    }

    private static String kind(Bundle bundle) {
        return bundle.getLocation().startsWith("plugin:") ? "The plugin" : "The bundle";
    }

    private static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    /** Where it is: the framework's own frames tell nothing. */
    private static String stack(Thread thread) {
        List<String> frames = new ArrayList<>();
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().startsWith("org.apache.felix.framework.") || frames.size() == STACK_FRAMES) {
                break;
            }
            frames.add(frame.getClassName() + "." + frame.getMethodName());
        }
        return frames.isEmpty()
                ? "a lock of the framework, which somebody else holds"
                : String.join(", called by ", frames);
    }

    /** Names of the bundles that did not stop. */
    List<String> leftBehind() {
        return List.copyOf(leftBehind);
    }

    /** Whether there is no use in waiting for the framework any longer: it would wait for what was left behind, or it takes too long. */
    boolean isOver() {
        return through && !leftBehind.isEmpty() || beganNanos != 0 && System.nanoTime() - beganNanos > WHOLE.toNanos();
    }
}
