package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** Every bundle of the distribution resolves and registers its services; the swappable ones are stopped, updated and started, and the node answers again. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CoreBundlesIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The swappable bundles: the service of each, and its name. */
    private static final Map<String, String> SWAPPABLE = Map.of(
            "io.patchbay.store.sqlite",
                    "(&(objectClass=io.patchbay.api.document.DocumentStoreFactory)(patchbay.name=sqlite))",
            "io.patchbay.auth.jwt", "(&(objectClass=io.patchbay.api.auth.TokenIssuer)(patchbay.name=jwt))",
            "io.patchbay.auth.password", "(&(objectClass=io.patchbay.api.auth.AuthMethod)(patchbay.name=password))",
            "io.patchbay.protocol.patchbay",
                    "(&(objectClass=io.patchbay.api.protocol.Protocol)(patchbay.name=patchbay.v1))",
            "io.patchbay.metrics.prometheus", "(&(objectClass=io.patchbay.api.http.HttpRoute)(patchbay.name=metrics))",
            "io.patchbay.protocol.rest", "(&(objectClass=io.patchbay.api.http.HttpRoute)(patchbay.name=rest))",
            "io.patchbay.transport.http", "(&(objectClass=io.patchbay.api.http.Transport)(patchbay.name=http))");

    /** What the platform's bundles give to all others. */
    private static final List<String> PLATFORM_SERVICES = List.of(
            "auth.Accounts",
            "auth.Logins",
            "crypto.Keys",
            "crypto.Secrets",
            "http.Listeners",
            "metrics.Metrics",
            "migration.Stores",
            "plugin.Jobs",
            "plugin.Plugins",
            "plugin.Providers",
            "protocol.Connections",
            "protocol.Sessions");

    @Configuration
    public Option[] node() throws IOException {
        // The path of the node's socket must be short.
        return NodeOptions.of(Distribution.shared().folder().toAbsolutePath(), Files.createTempDirectory("patchbay"));
    }

    /** What the launcher gives, which is not here: an empty log, and a master key of zeros. */
    @Before
    public void standInForTheLauncher() {
        if (context().getServiceReference(LogReaderService.class) == null) {
            context().registerService(LogReaderService.class, new EmptyLog(), null);
            context()
                    .registerService(
                            Supplier.class,
                            () -> new byte[32],
                            new Hashtable<>(
                                    Map.of("patchbay.masterKey", true, "patchbay.masterKey.where", "the test")));
        }
    }

    private static final class EmptyLog implements LogReaderService {
        @Override
        public void addLogListener(LogListener listener) {
            // Nothing is ever logged here.
        }

        @Override
        public void removeLogListener(LogListener listener) {
            // As above.
        }

        @Override
        public Enumeration<LogEntry> getLog() {
            return Collections.emptyEnumeration();
        }
    }

    @Test
    public void everyBundleRuns() {
        assertThat(ours())
                .hasSizeGreaterThan(SWAPPABLE.size())
                .allSatisfy(bundle -> assertThat(bundle.getState())
                        .as(bundle.toString())
                        .isEqualTo(isFragment(bundle) ? Bundle.RESOLVED : Bundle.ACTIVE));
    }

    @Test
    public void servicesAreRegistered() throws Exception {
        for (String type : PLATFORM_SERVICES) {
            awaitService("(objectClass=io.patchbay.api." + type + ")");
        }
        for (String filter : SWAPPABLE.values()) {
            awaitService(filter);
        }
        awaitReady();
    }

    /** Every one but the web pages of the console, which are no interface. */
    @Test
    public void everyRouteThatIsRegisteredIsInTheDescription() throws Exception {
        awaitReady();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/openapi.json"))
                .timeout(LIMIT)
                .build();
        String description = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        List<String> patterns = new ArrayList<>();
        for (ServiceReference<?> route : find("(objectClass=io.patchbay.api.http.HttpRoute)")) {
            if (!"console".equals(route.getProperty("patchbay.name"))) {
                Object service = context().getService(route);
                for (Object pattern :
                        (List<?>) service.getClass().getMethod("patterns").invoke(service)) {
                    patterns.add((String) pattern);
                }
            }
        }
        assertThat(patterns)
                .hasSizeGreaterThan(30)
                .allSatisfy(pattern -> assertThat(description).contains("\"" + described(pattern) + "\":"));
    }

    /** In a description a parameter never spans several parts of a path. */
    private static String described(String pattern) {
        return pattern.replaceFirst("^\\S+ ", "").replace("*}", "}");
    }

    @Test
    public void eachSwappableBundleIsStoppedAndStarted() throws Exception {
        awaitReady();
        for (String name : new TreeSet<>(SWAPPABLE.keySet())) {
            Bundle bundle = require(name);
            bundle.stop();
            assertThat(find(SWAPPABLE.get(name)))
                    .as("services of the stopped " + name)
                    .isEmpty();
            bundle.start();
            awaitService(SWAPPABLE.get(name));
            awaitReady();
        }
    }

    @Test
    public void eachSwappableBundleIsUpdated() throws Exception {
        awaitReady();
        for (String name : new TreeSet<>(SWAPPABLE.keySet())) {
            Bundle bundle = require(name);
            long before = bundle.getLastModified();
            try (InputStream jar = Files.newInputStream(Path.of(URI.create(bundle.getLocation())))) {
                bundle.update(jar);
            }
            refresh(bundle);
            assertThat(bundle.getState()).as(name).isEqualTo(Bundle.ACTIVE);
            assertThat(bundle.getLastModified()).as(name).isGreaterThan(before);
            awaitService(SWAPPABLE.get(name));
            awaitReady();
        }
    }

    /** Only inside the framework: Pax Exam makes an instance of this class outside too. */
    private static BundleContext context() {
        return FrameworkUtil.getBundle(CoreBundlesIT.class).getBundleContext();
    }

    private List<Bundle> ours() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("io.patchbay.")
                        || bundle.getSymbolicName().startsWith("org.apache.felix."))
                .toList();
    }

    private Bundle require(String name) {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFragment(Bundle bundle) {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    private void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context()
                .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> {
                    if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                        refreshed.countDown();
                    }
                });
        assertThat(refreshed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private List<ServiceReference<?>> find(String filter) throws Exception {
        ServiceReference<?>[] found = context().getAllServiceReferences(null, filter);
        return found == null ? List.of() : List.of(found);
    }

    private void awaitService(String filter) {
        await(filter).atMost(LIMIT).until(() -> !find(filter).isEmpty());
    }

    /** Asks over HTTP: that goes through the listeners, the transport, the routes and the store. */
    private void awaitReady() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        URI ready = URI.create("http://127.0.0.1:" + port() + "/ready");
        await("ready").atMost(LIMIT).ignoreExceptions().until(() -> {
            HttpRequest request = HttpRequest.newBuilder(ready).timeout(LIMIT).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        });
    }

    /** By reflection: these tests see no more of the product than a user does, and the probe that they run in wires to no API. */
    private int port() throws InvocationTargetException, IllegalAccessException, NoSuchMethodException {
        awaitService("(objectClass=io.patchbay.api.http.Listeners)");
        ServiceReference<?> reference = context().getServiceReference("io.patchbay.api.http.Listeners");
        Object listeners = context().getService(reference);
        Class<?> type = Arrays.stream(listeners.getClass().getInterfaces())
                .filter(candidate -> candidate.getName().equals("io.patchbay.api.http.Listeners"))
                .findFirst()
                .orElseThrow();
        List<?> addresses = (List<?>) type.getMethod("addresses").invoke(listeners);
        return ((InetSocketAddress) addresses.get(0)).getPort();
    }
}
