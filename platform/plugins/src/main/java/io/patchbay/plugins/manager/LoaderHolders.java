package io.patchbay.plugins.manager;

import io.patchbay.plugins.switchboard.Holder;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.lang.Thread.UncaughtExceptionHandler;
import java.lang.management.ManagementFactory;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.ResponseCache;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Who holds the class loader of a removed version, as far as plain Java tells: leases, bundles wired to it, threads, and what the JVM keeps one of for all. What is out of reach (ThreadLocals,
 * shutdown hooks, JDBC drivers, which are shown to their own class loader only, and statics of others) is not guessed at. Looks at all threads, so only when somebody asks. Any thread.
 */
final class LoaderHolders {
    private final BundleContext context;
    private final SwapGuard switchboard;

    LoaderHolders(BundleContext context, SwapGuard switchboard) {
        this.context = context;
        this.switchboard = switchboard;
    }

    /** The ids of all threads that are alive. */
    static Set<Long> threadIds() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getId).collect(Collectors.toUnmodifiableSet());
    }

    /** Each a part of a sentence, in a fixed order. */
    List<String> find(Removed removed) {
        List<String> holders = new ArrayList<>();
        switchboard.listHolders(removed.bundleId()).stream()
                .map(LoaderHolders::shown)
                .forEach(holders::add);
        findDependents(removed).ifPresent(holders::add);
        holders.addAll(threads(removed));
        holders.addAll(mBeans(removed));
        holders.addAll(settings(removed));
        return holders;
    }

    private static String shown(Holder holder) {
        return "a lease on %s, which thread \"%s\" has for %.1f s"
                .formatted(
                        DeclaredService.shown(holder.type(), holder.name()),
                        holder.thread(),
                        holder.held().toMillis() / 1000.0);
    }

    /** The framework keeps what it has uninstalled as long as others are wired to it. */
    private Optional<String> findDependents(Removed removed) {
        FrameworkWiring wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        return wiring.getRemovalPendingBundles().stream()
                .filter(bundle -> bundle.getBundleId() == removed.bundleId())
                .findFirst()
                .map(bundle -> wiring.getDependencyClosure(List.of(bundle)).stream()
                        .filter(other -> !other.equals(bundle))
                        .map(Bundle::getSymbolicName)
                        .sorted()
                        .collect(Collectors.joining(", ")))
                .map(names -> names.isEmpty()
                        ? "the framework, which has not let it go yet"
                        : "bundles that use its packages: " + names);
    }

    private static Set<String> threads(Removed removed) {
        Set<String> holders = new TreeSet<>();
        Thread.getAllStackTraces()
                .forEach((thread, stack) -> why(thread, stack, removed)
                        .ifPresent(why -> holders.add("thread \"%s\"%s".formatted(thread.getName(), why))));
        return holders;
    }

    private static Optional<String> why(Thread thread, StackTraceElement[] stack, Removed removed) {
        if (removed.owns(thread)) {
            return Optional.of(", whose class is its own");
        }
        if (removed.isOf(thread.getContextClassLoader())) {
            return Optional.of(", whose context class loader it is");
        }
        UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        if (removed.owns(handler)) {
            return Optional.of(", whose handler of uncaught exceptions is its own");
        }
        // A name tells no version: only a thread that is older than the successor, and was begun by such a class, can't
        // be the successor's.
        return removed.threads().contains(thread.getId())
                ? begunBy(stack)
                        .filter(frame -> removed.packages().contains(packageOf(frame.getClassName())))
                        .map(frame -> ", which runs %s.%s".formatted(frame.getClassName(), frame.getMethodName()))
                : Optional.empty();
    }

    /** What the thread was begun for: its first frame that is not of Java itself, or made by it. */
    private static Optional<StackTraceElement> begunBy(StackTraceElement[] stack) {
        List<StackTraceElement> frames = new ArrayList<>(Arrays.asList(stack));
        Collections.reverse(frames);
        return frames.stream()
                .filter(frame -> !frame.getClassName().startsWith("java.")
                        && !frame.getClassName().startsWith("jdk.")
                        && !frame.getClassName().contains("$$Lambda"))
                .findFirst();
    }

    private static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }

    private static List<String> mBeans(Removed removed) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        return server.queryNames(null, null).stream()
                .filter(name -> removed.isOf(loaderOf(server, name)))
                .map(name -> "the MBean " + name)
                .sorted()
                .toList();
    }

    private static @Nullable ClassLoader loaderOf(MBeanServer server, ObjectName name) {
        try {
            return server.getClassLoaderFor(name);
        } catch (InstanceNotFoundException e) {
            // Gone in the meantime.
            return null;
        }
    }

    /** What there is one of in the process. */
    private static List<String> settings(Removed removed) {
        Map<String, Optional<Object>> settings = Map.of(
                "the default handler of uncaught exceptions",
                Optional.ofNullable(Thread.getDefaultUncaughtExceptionHandler()),
                "the default proxy selector",
                Optional.ofNullable(ProxySelector.getDefault()),
                "the default authenticator",
                Optional.ofNullable(Authenticator.getDefault()),
                "the default cookie handler",
                Optional.ofNullable(CookieHandler.getDefault()),
                "the default response cache",
                Optional.ofNullable(ResponseCache.getDefault()),
                "the standard output",
                Optional.ofNullable(System.out),
                "the standard error output",
                Optional.ofNullable(System.err));
        Stream<String> defaults = settings.entrySet().stream()
                .filter(entry -> entry.getValue().filter(removed::owns).isPresent())
                .map(Map.Entry::getKey);
        Stream<String> properties = System.getProperties().entrySet().stream()
                .filter(entry -> removed.owns(entry.getKey()) || removed.owns(entry.getValue()))
                .map(entry -> "the system property " + entry.getKey());
        Stream<String> providers = Stream.of(Security.getProviders())
                .filter(removed::owns)
                .map(provider -> "the security provider " + provider.getName());
        Stream<String> handlers = Collections.list(LogManager.getLogManager().getLoggerNames()).stream()
                .flatMap(name -> handlersOf(name, removed));
        return Stream.of(defaults, properties, providers, handlers)
                .flatMap(found -> found)
                .sorted()
                .toList();
    }

    private static Stream<String> handlersOf(String loggerName, Removed removed) {
        Logger logger = LogManager.getLogManager().getLogger(loggerName);
        Handler[] handlers = logger == null ? new Handler[0] : logger.getHandlers();
        return Stream.of(handlers)
                .filter(removed::owns)
                .map(handler -> "a log handler of java.util.logging \"%s\"".formatted(loggerName));
    }
}
