package io.patchbay.plugins.switchboard;

import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.TokenIssuer;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.http.Transport;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.protocol.Protocol;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the switchboard shows of its leases. */
final class SwitchboardGauges {
    private static final double SECOND_NANOS = 1e9;
    /** The types that the node itself leases; what plugins lease among themselves is counted together. */
    private static final List<Class<?>> TYPES = List.of(
            AuthMethod.class,
            TokenIssuer.class,
            DocumentStoreFactory.class,
            KeyValueStoreFactory.class,
            HttpRoute.class,
            Transport.class,
            Protocol.class);

    private SwitchboardGauges() {}

    static void show(Metrics metrics, Switchboard switchboard, LeaseMeters meters) {
        for (Class<?> type : TYPES) {
            leases(metrics, type.getSimpleName(), () -> switchboard.leases().getOrDefault(type.getName(), 0L));
        }
        leases(metrics, Metrics.OTHER, () -> others(switchboard.leases()));
        metrics.gauge(
                "patchbay_leases_draining",
                "Open leases on providers that are being replaced.",
                switchboard::drainingLeases);
        metrics.total("patchbay_swaps_total", "Providers flipped to another version.", switchboard::swaps);
        total(metrics, "patchbay_lease_waits_total", "Callers that found no provider at once.", meters.waits);
        seconds(
                metrics,
                "patchbay_lease_wait_seconds_total",
                "Time that callers waited for a provider.",
                meters.waitedNanos);
        total(metrics, "patchbay_lease_timeouts_total", "Callers that waited for a provider in vain.", meters.timeouts);
        total(metrics, "patchbay_drains_total", "Replaced versions whose leases were waited for.", meters.drains);
        seconds(
                metrics,
                "patchbay_drain_seconds_total",
                "Time that the leases on replaced versions were waited for.",
                meters.drainedNanos);
        total(
                metrics,
                "patchbay_drain_timeouts_total",
                "Replaced versions that were still leased when the time was over.",
                meters.drainTimeouts);
    }

    private static long others(Map<String, Long> leases) {
        return leases.entrySet().stream()
                .filter(entry -> TYPES.stream().noneMatch(type -> type.getName().equals(entry.getKey())))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static void leases(Metrics metrics, String type, java.util.function.LongSupplier open) {
        metrics.gauge("patchbay_leases", "Open leases by the type of what is leased.", open::getAsLong, "type", type);
    }

    private static void total(Metrics metrics, String name, String help, LongAdder count) {
        metrics.total(name, help, count::sum);
    }

    private static void seconds(Metrics metrics, String name, String help, LongAdder nanos) {
        metrics.total(name, help, () -> nanos.sum() / SECOND_NANOS);
    }
}
