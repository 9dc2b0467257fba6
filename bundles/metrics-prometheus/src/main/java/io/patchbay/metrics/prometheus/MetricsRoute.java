package io.patchbay.metrics.prometheus;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.metrics.MetricReadings;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code GET /metrics}, as Prometheus scrapes it.
 *
 * <p>A thread of its own collects, since the first scrape starts the virtual machine's management and reads of the process go to files; it ends when nobody has asked for a minute. The library
 * is loaded by the first scrape, so it costs the start of the node nothing.
 */
@Component(service = HttpRoute.class, property = Providers.NAME + "=metrics", configurationPid = Access.PID)
public final class MetricsRoute implements HttpRoute {
    /** Scrapes that may wait for the one that runs. */
    static final int SCRAPES_WAITING = 16;

    private static final String PATTERN = "GET /metrics";
    private static final long THREAD_KEPT_SECONDS = 60;
    /** Of a parameter that is not known, in the answer. */
    private static final int NAME_CHARS_SHOWN = 60;

    private final MetricReadings readings;
    private final Logins logins;
    private final Metrics.Timer scrapeTime;
    private final Metrics.Counter refused;
    private final ThreadPoolExecutor thread;
    private volatile Access access;
    /** Made by the scraping thread, which alone uses it. */
    private @Nullable Exposition exposition;

    @Activate
    public MetricsRoute(
            @Reference MetricReadings readings,
            @Reference Logins logins,
            @Reference Metrics metrics,
            Map<String, Object> properties) {
        this.readings = readings;
        this.logins = logins;
        access = Access.of(properties);
        scrapeTime = metrics.timer("patchbay_metrics_scrape_seconds", "Time to collect and write all metrics.");
        refused = metrics.counter(
                "patchbay_metrics_scrapes_refused_total", "Scrapes refused because too many waited already.");
        thread = new ThreadPoolExecutor(
                1,
                1,
                THREAD_KEPT_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(SCRAPES_WAITING),
                MetricsRoute::newThread);
        thread.allowCoreThreadTimeOut(true);
        metrics.gauge(
                "patchbay_metrics_scrapes_waiting",
                "Scrapes that wait.",
                () -> thread.getQueue().size());
    }

    private static Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "patchbay-metrics");
        thread.setDaemon(true);
        return thread;
    }

    @Modified
    public void modified(Map<String, Object> properties) {
        access = Access.of(properties);
    }

    @Override
    public List<String> patterns() {
        return List.of(PATTERN);
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        request.query().keySet().stream().findFirst().ifPresent(name -> {
            throw unknown(name.codePoints()
                    .limit(NAME_CHARS_SHOWN)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
        });
        return access.require(request, logins).thenCompose(allowed -> scrape(request));
    }

    private static PatchbayException unknown(String name) {
        return new PatchbayException(
                ErrorCode.UNKNOWN_FIELD,
                "There is no query parameter '" + name + "' here; the metrics take none.",
                Map.of("field", name));
    }

    private CompletionStage<HttpResponse> scrape(HttpRequest request) {
        try {
            return CompletableFuture.supplyAsync(() -> answer(request), thread);
        } catch (RejectedExecutionException e) {
            refused.increment();
            throw new PatchbayException(
                    ErrorCode.OVERLOADED,
                    SCRAPES_WAITING + " requests for the metrics wait already; ask for them less often.");
        }
    }

    private HttpResponse answer(HttpRequest request) {
        long beganNs = System.nanoTime();
        if (exposition == null) {
            exposition = new Exposition();
        }
        HttpResponse answer = exposition.answer(readings.collect(), request);
        scrapeTime.record(System.nanoTime() - beganNs);
        return answer;
    }

    /** By the time it is called no lease is left, so nothing runs. */
    @Deactivate
    public void close() {
        thread.shutdown();
    }
}
