package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.Limits;
import io.patchbay.api.document.Value;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricNames;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of itself at {@code /metrics}. */
class MetricsIT {
    private static final Path REFERENCE = Path.of("..", "docs", "reference", "metrics.md");

    @TempDir
    static Path folder;

    private static Node node;
    private static Operator operator;
    private static Rest admin;
    /** Before any work, and after one of each kind. */
    private static Scrape before;

    private static Scrape after;

    @BeforeAll
    static void work() {
        Path home = folder.resolve("home");
        node = Node.start(home);
        before = scrape();
        operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        assertThat(Rest.stranger(node.uri())
                        .tryLogin(Operator.ADMIN, "a wrong password")
                        .status())
                .isEqualTo(401);
        admin.post("/collections", Value.struct("name", Value.of("cities"))).expect(201);
        for (int i = 0; i < 20; i++) {
            admin.post("/collections/cities/documents", Value.struct("number", Value.of(i)))
                    .expect(201);
        }
        admin.get("/collections/cities/documents?filter=number%20%3E%203").expect(200);
        admin.post("/collections/cities/documents", Value.struct("text", Value.of("x".repeat(Limits.DOCUMENT_BYTES))))
                .expect(413);
        admin.get("/collections/cities/documents?limit=" + (Limits.LIST_MAX + 1))
                .expect(400);
        admin.get("/nowhere").expect(404);
        admin.delete("/nowhere").expect(404);
        watchOneChange();
        admin.put("/kv/notes", Value.Struct.EMPTY).expect(200);
        admin.send("PUT", "/kv/notes/one", BodyPublishers.ofString("a value")).expect(201);
        operator.run("plugin", "install", SampleStore.jar().toString());
        operator.run("store", "swap", "documents", "--to", SampleStore.ADAPTER, "--plaintext");
        after = scrape();
    }

    private static void watchOneChange() {
        try (Wire wire = Wire.connect(admin)) {
            AtomicInteger events = new AtomicInteger();
            wire.subscribe(
                    1, "changes", "cities", Optional.empty(), Optional.empty(), event -> events.incrementAndGet());
            admin.post("/collections/cities/documents", Value.struct("number", Value.of(100)))
                    .expect(201);
            await().until(() -> events.get() > 0);
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Scrape scrape() {
        Rest.Answer answer = get();
        assertThat(answer.header("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
        return Scrape.parse(answer.text());
    }

    private static Rest.Answer get(String... headers) {
        return Rest.stranger(node.uri())
                .send("GET", "//metrics", BodyPublishers.noBody(), headers)
                .expect(200);
    }

    @Test
    void everyNameObeysTheConventions() {
        for (Scrape.Family family : ours(after)) {
            MetricFamily.Kind kind = MetricFamily.Kind.valueOf(family.type().toUpperCase(Locale.ROOT));
            assertThat(family.name()).startsWith("patchbay_");
            assertThat(family.help()).as(family.name()).matches("[A-Z0-9].*\\.");
            for (Scrape.Sample sample : family.samples()) {
                List<String> labels = new ArrayList<>();
                sample.labels().forEach((name, value) -> {
                    if (!name.equals("le")) {
                        labels.addAll(List.of(name, value));
                    }
                });
                MetricNames.check(kind, family.name(), labels);
            }
            assertThat(family.samples()).as(family.name()).hasSizeLessThan(20 * Limits.METRIC_SERIES);
        }
    }

    @Test
    void theProcessAndTheVirtualMachineAreThere() {
        assertThat(after.families().keySet())
                .contains(
                        "process_cpu_seconds_total",
                        "process_open_fds",
                        "process_resident_memory_bytes",
                        "process_start_time_seconds",
                        "jvm_memory_used_bytes",
                        "jvm_threads_current",
                        "jvm_gc_collection_seconds",
                        "jvm_classes_currently_loaded");
        assertThat(after.value("process_resident_memory_bytes")).isGreaterThan(20e6);
    }

    @Test
    void whatIsDoneIsCounted() {
        assertGrew(23, "patchbay_commits_total");
        assertGrew(1, "patchbay_commit_batches_total");
        assertGrew(23, "patchbay_commit_batch_transactions_sum");
        assertGrew(23, "patchbay_transaction_seconds_count");
        assertGrew(1, "patchbay_commit_seconds_count");
        assertGrew(1, "patchbay_sqlite_commit_seconds_count");
        assertGrew(21, "patchbay_documents");
        assertGrew(23, "patchbay_feed_offset");
        String documents = "/api/v1/collections/{c}/documents";
        assertGrew(21, "patchbay_http_requests_total", "method", "POST", "route", documents, "status", "201");
        assertGrew(1, "patchbay_http_requests_total", "method", "POST", "route", documents, "status", "413");
        assertGrew(2, "patchbay_http_request_seconds_count", "method", "GET", "route", documents);
        assertGrew(1, "patchbay_http_requests_total", "method", "any", "route", "none", "status", "404");
        // The console answers whoever looks for a page that is none.
        assertGrew(1, "patchbay_http_requests_total", "method", "GET", "route", "/{path*}", "status", "404");
        assertGrew(1, "patchbay_errors_total", "protocol", "rest", "code", "TOO_LARGE");
        assertGrew(1, LimitIndex.REACHED, "protocol", "rest", "limit", "document_bytes");
        assertGrew(1, "patchbay_logins_total", "result", "ok");
        assertGrew(1, "patchbay_logins_total", "result", "failed");
        assertGrew(3, "patchbay_password_hash_seconds_count");
        assertGrew(20, "patchbay_token_verifications_total", "result", "remembered");
        assertGrew(1, "patchbay_listener_connections_total");
        assertGrew(2, "patchbay_websocket_messages_total", "direction", "received");
        assertGrew(3, "patchbay_websocket_messages_total", "direction", "sent");
        assertGrew(2, "patchbay_protocol_requests_total", "protocol", "patchbay.v1");
        assertGrew(1, "patchbay_protocol_events_total", "protocol", "patchbay.v1");
        assertGrew(1, "patchbay_live_events_total");
        assertGrew(1, "patchbay_plugin_changes_total", "kind", "install", "outcome", "done");
        assertGrew(1, "patchbay_plugin_change_seconds_count", "kind", "install");
        assertGrew(1, "patchbay_plugins", "state", "active");
        assertGrew(1, "patchbay_store_swaps_total", "store", "documents", "outcome", "succeeded");
        assertGrew(21, "patchbay_store_moved_total", "store", "documents");
        assertGrew(2, "patchbay_jobs_total", "outcome", "succeeded");
        assertGrew(2, "patchbay_commit_pause_seconds_count");
        assertGrew(2, "patchbay_control_requests_total");
        assertThat(after.value("patchbay_store_open")).isEqualTo(1);
        assertThat(after.find("patchbay_store_follower_lag_transactions")).isPresent();
    }

    private static void assertGrew(double byAtLeast, String name, String... labels) {
        assertThat(after.value(name, labels) - before.value(name, labels))
                .as("%s %s, after it was %s", name, List.of(labels), before.value(name, labels))
                .isGreaterThanOrEqualTo(byAtLeast);
    }

    @Test
    void everyNamedLimitIsShownAndHasAMetric() throws Exception {
        Map<String, String> index = LimitIndex.metrics();
        Set<String> shown = limits(after).keySet();
        assertThat(shown).containsAll(names("node", Limits.class));
        try (URLClassLoader bundles = bundles()) {
            assertThat(shown).containsAll(names("http", bundles.loadClass("io.patchbay.transport.http.HttpLimits")));
            assertThat(shown).containsAll(names("events", bundles.loadClass("io.patchbay.protocol.rest.EventLimits")));
        }
        assertThat(index.keySet()).as("LimitIndex").containsExactlyInAnyOrderElementsOf(shown);
        index.forEach((limit, metric) ->
                assertThat(after.families().keySet()).as(limit).contains(metric));
    }

    /** A bundle's own limits are nobody else's business but this test's. */
    private static URLClassLoader bundles() throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String name : List.of("patchbay-transport-http", "patchbay-protocol-rest")) {
            jars.add(bundle(Distribution.shared(), name).toUri().toURL());
        }
        return new URLClassLoader(jars.toArray(URL[]::new), MetricsIT.class.getClassLoader());
    }

    private static Path bundle(Distribution distribution, String name) throws IOException {
        try (Stream<Path> bundles = Files.list(distribution.folder().resolve("bundles"))) {
            return bundles.filter(file -> file.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Set<String> names(String part, Class<?> constants) {
        return LimitGauges.read(constants).keySet().stream()
                .map(name -> part + "/" + name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** By {@code part/limit}: the value with its unit. */
    private static Map<String, String> limits(Scrape scrape) {
        Map<String, String> limits = new TreeMap<>();
        Map.of(LimitGauges.BYTES, " bytes", LimitGauges.SECONDS, " s", LimitGauges.NUMBER, "")
                .forEach((family, unit) -> scrape.find(family)
                        .orElseThrow()
                        .samples()
                        .forEach(sample -> limits.put(
                                sample.labels().get("part") + "/"
                                        + sample.labels().get("limit"),
                                number(sample.value()) + unit)));
        return limits;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%,d", (long) value) : Double.toString(value);
    }

    @Test
    void openMetricsIsForWhoAsksForIt() {
        Rest.Answer answer = get("Accept", "application/openmetrics-text; version=1.0.0, text/plain; q=0.5");
        assertThat(answer.header("content-type").orElse("")).startsWith("application/openmetrics-text");
        assertThat(answer.text()).endsWith("\n# EOF\n");
    }

    @Test
    void whoComesThroughAProxyMustBeAnAdmin() {
        String[] proxied = {"X-Forwarded-For", "192.0.2.7"};
        Rest.stranger(node.uri())
                .send("GET", "//metrics", BodyPublishers.noBody(), proxied)
                .expect(401);
        admin.send("GET", "//metrics", BodyPublishers.noBody(), proxied).expect(200);
    }

    /** As a plugin, since the bundles of the distribution are updated with it: one version after the other, scraped all the time. */
    @Test
    void noScrapeFailsWhileItsBundleIsUpdated() throws Exception {
        Distribution without = Distribution.unpackTo(Distribution.work().resolve("without metrics"));
        without.keepOfBundlesList(line -> !line.contains("metrics-prometheus"));
        Path home = folder.resolve("swapped");
        Path jar = bundle(without, "patchbay-metrics-prometheus");
        try (Node swapped = Node.start(without, home)) {
            Operator there = new Operator(home);
            Rest stranger = Rest.stranger(swapped.uri());
            stranger.send("GET", "//metrics", BodyPublishers.noBody()).expect(404);
            there.run("plugin", "install", jar.toString());
            stranger.send("GET", "//metrics", BodyPublishers.noBody()).expect(200);

            AtomicBoolean goOn = new AtomicBoolean(true);
            AtomicInteger scrapes = new AtomicInteger();
            CompletableFuture<Void> scraping = CompletableFuture.runAsync(() -> {
                while (goOn.get()) {
                    Scrape.parse(stranger.send("GET", "//metrics", BodyPublishers.noBody())
                            .expect(200)
                            .text());
                    scrapes.incrementAndGet();
                }
            });
            for (int version = 2; version <= 4; version++) {
                Path next = SampleStore.version(jar, "0.1." + version, folder);
                there.run("plugin", "update", next.toString());
            }
            int soFar = scrapes.get();
            await().until(() -> scraping.isDone() || scrapes.get() > soFar + 3);
            goOn.set(false);
            scraping.join();
            // Over its updates a counter goes on.
            assertThat(scrapesCounted(stranger)).isGreaterThanOrEqualTo(scrapes.get());

            there.run("plugin", "uninstall", "io.patchbay.metrics.prometheus");
            // For a moment the transport takes it for an update, and says that the part is not running.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> stranger.send("GET", "//metrics", BodyPublishers.noBody())
                                    .status()
                            == 404);
            // What a plugin registered went with it, so it starts at nothing.
            there.run("plugin", "install", jar.toString());
            assertThat(scrapesCounted(stranger)).isZero();
            assertThat(swapped.log()).doesNotContain(" ERROR ");
        }
    }

    private static double scrapesCounted(Rest client) {
        return Scrape.parse(client.send("GET", "//metrics", BodyPublishers.noBody())
                        .expect(200)
                        .text())
                .value("patchbay_metrics_scrape_seconds_count");
    }

    /** Written anew by {@code ./dev docs}. */
    @Test
    void theReferenceIsThatOfTheNode() throws IOException {
        String reference = reference();
        if (Boolean.getBoolean("patchbay.docs.write")) {
            Files.writeString(REFERENCE, reference);
        }
        assertThat(REFERENCE).as("written anew by ./dev docs").content().isEqualTo(reference);
    }

    private static String reference() {
        StringBuilder text = new StringBuilder("""
                # Metrics
                Generated from a running node by `./dev docs`: what `GET /metrics` says, beside Java's own `jvm_*` and `process_*`. [Operating](../operating.md#metrics) tells who may read it and what to watch.

                A timer and a size is a histogram: `_bucket`, `_count` and `_sum`. A counter counts since its bundle was installed or the node started, over updates of the bundle.

                | metric | kind | labels | what it is |
                |---|---|---|---|
                """);
        for (Scrape.Family family : ours(after)) {
            Set<String> labels = new TreeSet<>();
            family.samples().forEach(sample -> labels.addAll(sample.labels().keySet()));
            labels.remove("le");
            text.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            family.name(),
                            family.type(),
                            labels.stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
                            family.help()));
        }
        text.append("""

                ## Limits
                Each limit is shown as `patchbay_limit`, `patchbay_limit_bytes` or `patchbay_limit_seconds` with its part and name, and in the metric beside it: how much of it is used, or how often it was run into.
                `patchbay_limit_reached_total` counts every request that was refused because of a limit, by the limit's name.

                | part | limit | value | metric |
                |---|---|---|---|
                """);
        Map<String, String> values = limits(after);
        LimitIndex.metrics()
                .forEach((limit, metric) -> text.append("| %s | `%s` | %s | `%s` |\n"
                        .formatted(
                                limit.substring(0, limit.indexOf('/')),
                                limit.substring(limit.indexOf('/') + 1),
                                ofMachine(limit) ? "by the heap's size" : values.get(limit),
                                metric)));
        return text.toString();
    }

    private static boolean ofMachine(String limit) {
        return limit.equals("http/bodies_bytes") || limit.equals("http/streams_bytes");
    }

    private static List<Scrape.Family> ours(Scrape scrape) {
        return new TreeMap<>(scrape.families())
                .values().stream()
                        .filter(family -> !family.name().startsWith("jvm_")
                                && !family.name().startsWith("process_"))
                        .toList();
    }
}
