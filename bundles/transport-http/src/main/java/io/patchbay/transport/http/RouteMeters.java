package io.patchbay.transport.http;

import io.patchbay.api.metrics.Metrics;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The requests to one route, by status. Any thread. */
final class RouteMeters {
    private static final int LOWEST_STATUS = 100;
    private static final int STATUSES = 500;

    private final Metrics metrics;
    private final String method;
    private final String route;
    /** Made with the first time that is recorded; what reaches no route has none. */
    private volatile Metrics.@Nullable Timer time;
    /** Made when a status is answered for the first time; the same by whichever thread. */
    private final AtomicReferenceArray<Metrics.Counter> statuses = new AtomicReferenceArray<>(STATUSES);

    RouteMeters(Metrics metrics, String method, String route) {
        this.metrics = metrics;
        this.method = method;
        this.route = route;
    }

    void answered(int status, long nanos) {
        Metrics.Timer known = time;
        if (known == null) {
            known = timer();
            time = known;
        }
        known.record(nanos);
        answered(status);
    }

    private Metrics.Timer timer() {
        return metrics.timer(
                "patchbay_http_request_seconds",
                "Time from the head of a request to its answer, or to the head of a streamed one.",
                "method",
                method,
                "route",
                route);
    }

    void answered(int status) {
        int index = status - LOWEST_STATUS;
        if (index < 0 || index >= STATUSES) {
            return;
        }
        Metrics.Counter counter = statuses.get(index);
        if (counter == null) {
            counter = metrics.counter(
                    "patchbay_http_requests_total",
                    "Requests by route and status; the route \"none\" is what reached no route.",
                    "method",
                    method,
                    "route",
                    route,
                    "status",
                    Integer.toString(status));
            statuses.set(index, counter);
        }
        counter.increment();
    }
}
