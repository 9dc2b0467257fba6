package io.patchbay.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricFamily.Kind;
import io.patchbay.api.metrics.MetricSeries;
import io.patchbay.api.metrics.MetricSeries.Amount;
import io.patchbay.api.metrics.MetricSeries.Distribution;
import io.patchbay.testkit.session.MemoryLogins;
import io.patchbay.testkit.session.MemoryMetrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsRouteTest {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ELSEWHERE = "192.0.2.7";

    private final List<MetricFamily> families = List.of(
            new MetricFamily(
                    "patchbay_frames_total",
                    "Frames.",
                    Kind.COUNTER,
                    List.of(series(Map.of("direction", "in \"quoted\"\\\n"), new Amount(3)))),
            new MetricFamily("patchbay_queue", "Waiting.", Kind.GAUGE, List.of(series(Map.of(), new Amount(2.5)))),
            new MetricFamily(
                    "patchbay_call_seconds",
                    "Calls.",
                    Kind.HISTOGRAM,
                    List.of(series(Map.of(), new Distribution(List.of(0.1, 0.2), List.of(1L, 0L, 2L), 9.5)))));

    private final MemoryMetrics metrics = new MemoryMetrics();
    private final MemoryLogins logins = new MemoryLogins(java.time.Clock.systemUTC());
    private final MetricsRoute route = new MetricsRoute(() -> families, logins, metrics, Map.of());

    @AfterEach
    void close() {
        route.close();
    }

    @Test
    void theTextFormatHasEveryReading() throws Exception {
        HttpResponse answer = ask(route, LOOPBACK, Map.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        assertThat(text(answer))
                .contains("# HELP patchbay_call_seconds Calls.\n# TYPE patchbay_call_seconds histogram\n")
                .contains("patchbay_call_seconds_bucket{le=\"0.1\"} 1\n")
                .contains("patchbay_call_seconds_bucket{le=\"0.2\"} 1\n")
                .contains("patchbay_call_seconds_bucket{le=\"+Inf\"} 3\n")
                .contains("patchbay_call_seconds_count 3\npatchbay_call_seconds_sum 9.5\n")
                .contains("# TYPE patchbay_frames_total counter\n")
                .contains("patchbay_frames_total{direction=\"in \\\"quoted\\\"\\\\\\n\"} 3.0\n")
                .contains("patchbay_queue 2.5\n");
    }

    @Test
    void theVirtualMachineAndTheProcessAreInIt() throws Exception {
        assertThat(text(ask(route, LOOPBACK, Map.of())))
                .contains("jvm_memory_used_bytes{area=\"heap\"}")
                .contains("jvm_threads_current ")
                .contains("jvm_gc_collection_seconds_count")
                .contains("process_cpu_seconds_total ")
                .contains("process_open_fds ")
                .contains("process_start_time_seconds ");
    }

    @Test
    void whoAsksForOpenMetricsGetsIt() throws Exception {
        HttpResponse answer = ask(
                route,
                LOOPBACK,
                Map.of("accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"));

        assertThat(answer.headers().get("Content-Type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(text(answer)).contains("# TYPE patchbay_frames counter\n").endsWith("\n# EOF\n");
    }

    @Test
    void whoTakesItCompressedGetsItSo() throws Exception {
        HttpResponse answer = ask(route, LOOPBACK, Map.of("accept-encoding", "gzip"));

        assertThat(answer.headers()).containsEntry("Content-Encoding", "gzip");
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("patchbay_queue 2.5\n");
        }
    }

    @Test
    void programsOnThisMachineMayAskButNotThroughAProxy() throws Exception {
        assertThat(ask(route, "0:0:0:0:0:0:0:1", Map.of()).status()).isEqualTo(200);
        for (String header :
                List.of("x-forwarded-for", "x-forwarded-proto", "forwarded", "via", "x-real-ip", "cf-connecting-ip")) {
            assertRefused(ErrorCode.UNAUTHENTICATED, route, LOOPBACK, Map.of(header, "192.0.2.7"));
        }
        assertRefused(ErrorCode.UNAUTHENTICATED, route, ELSEWHERE, Map.of());
    }

    @Test
    void aWebPageWhoseNameWasMadeToResolveToThisMachineMayNotAsk() throws Exception {
        for (String host : List.of("localhost", "LOCALHOST:7420", "127.0.0.1:7420", "127.1.2.3", "[::1]:7420")) {
            assertThat(ask(route, LOOPBACK, Map.of("host", host)).status()).isEqualTo(200);
        }
        for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7420", "")) {
            assertRefused(ErrorCode.UNAUTHENTICATED, route, LOOPBACK, Map.of("host", host));
        }
    }

    @Test
    void adminsMayAskFromAnywhereAndUsersMayNot() throws Exception {
        assertThat(ask(route, ELSEWHERE, bearer(Role.ADMIN)).status()).isEqualTo(200);
        assertRefused(ErrorCode.FORBIDDEN, route, ELSEWHERE, bearer(Role.USER));
    }

    @Test
    void theConfigurationSaysWhoMay() throws Exception {
        route.modified(Map.of(Access.ACCESS, "admins"));
        assertRefused(ErrorCode.UNAUTHENTICATED, route, LOOPBACK, Map.of());
        assertThat(ask(route, LOOPBACK, bearer(Role.ADMIN)).status()).isEqualTo(200);

        route.modified(Map.of(Access.ACCESS, "everyone"));
        assertThat(ask(route, ELSEWHERE, Map.of()).status()).isEqualTo(200);
    }

    @Test
    void aFloodOfScrapesIsRefusedBeyondItsLimit() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        MetricsRoute slow = new MetricsRoute(
                () -> {
                    begun.countDown();
                    await(goOn);
                    return families;
                },
                logins,
                new MemoryMetrics(),
                Map.of());
        try {
            var first = slow.handle(request(LOOPBACK, Map.of()));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            var waiting = IntStream.range(0, MetricsRoute.SCRAPES_WAITING)
                    .mapToObj(i -> slow.handle(request(LOOPBACK, Map.of())).toCompletableFuture())
                    .toList();

            assertRefused(ErrorCode.OVERLOADED, slow, LOOPBACK, Map.of());

            goOn.countDown();
            assertThat(first.toCompletableFuture().get(10, TimeUnit.SECONDS).status())
                    .isEqualTo(200);
            for (var one : waiting) {
                assertThat(one.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
        } finally {
            goOn.countDown();
            slow.close();
        }
    }

    private Map<String, String> bearer(Role role) {
        Identity identity = new Identity(
                "id-" + role, role.name(), Optional.of(role), Optional.of("family-" + role), Optional.empty());
        logins.admit(identity);
        return Map.of("authorization", "Bearer " + logins.issue(identity));
    }

    private static void assertRefused(ErrorCode code, MetricsRoute route, String address, Map<String, String> headers) {
        assertThatThrownBy(() -> ask(route, address, headers)).satisfies(thrown -> {
            Throwable cause = thrown;
            while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                    && cause.getCause() != null) {
                cause = cause.getCause();
            }
            assertThat(cause)
                    .isInstanceOfSatisfying(
                            PatchbayException.class,
                            refused -> assertThat(refused.code()).isEqualTo(code));
        });
    }

    private static HttpResponse ask(MetricsRoute route, String address, Map<String, String> headers) throws Exception {
        return route.handle(request(address, headers)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static HttpRequest request(String address, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.putIfAbsent("host", "localhost:7420");
        return new HttpRequest("GET /metrics", "GET", "/metrics", Map.of(), Map.of(), all, new byte[0], address);
    }

    private static String text(HttpResponse answer) throws IOException {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static MetricSeries series(Map<String, String> labels, MetricSeries.Reading reading) {
        return new MetricSeries(labels, reading);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
