package io.patchbay.transport.http;

import io.patchbay.api.Limits;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every {@link HttpRoute} that is there now, and for {@link Limits#LEASE_WAIT} those that have just gone: while a bundle is being updated, requests for its paths wait instead of
 * failing. Any thread; only {@link #refresh} calls providers, and briefly.
 */
final class Routes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private static final long NEVER = Long.MAX_VALUE;

    private record Known(RouteTable.Offer offer, long goneAtNs) {
        static final long PRESENT = 0;

        boolean expired(long nowNs, Duration wait) {
            return goneAtNs != PRESENT && nowNs - goneAtNs >= wait.toNanos();
        }
    }

    private final Providers providers;
    private final Executor executor;
    private final Duration wait;
    private final Runnable replaced;
    private final AutoCloseable registration;
    /** Requests that wait for a provider; each runs once it may be there. */
    private final Set<Runnable> parked = ConcurrentHashMap.newKeySet();

    /** Written under this object's monitor. */
    private Map<String, Known> known = Map.of();

    private Set<String> reported = Set.of();
    /** When the next provider that has gone is to be forgotten; {@link #NEVER} if none has gone. */
    private volatile long forgetAtNs = NEVER;

    private volatile RouteTable table = new RouteTable(List.of());

    /** @param replaced called after every change of the providers, never waits */
    Routes(Providers providers, Executor executor, Duration wait, Runnable replaced) {
        this.providers = providers;
        this.executor = executor;
        this.wait = wait;
        this.replaced = replaced;
        this.registration = providers.onChange(HttpRoute.class, this::changed);
        refresh();
    }

    RouteTable.Lookup find(String method, String path) {
        long forget = forgetAtNs;
        if (forget != NEVER && System.nanoTime() - forget >= 0) {
            refresh();
        }
        return table.find(method, path);
    }

    Optional<Lease<HttpRoute>> findProvider(String name) {
        return providers.find(HttpRoute.class, name);
    }

    Duration longestWait() {
        return wait;
    }

    /** Runs {@code retry} on a transport thread after the next change, unless it is unparked before. */
    void park(Runnable retry) {
        parked.add(retry);
    }

    /** Whether it was still parked: then it will not run. */
    boolean unpark(Runnable retry) {
        return parked.remove(retry);
    }

    int size() {
        return table.size();
    }

    int parked() {
        return parked.size();
    }

    /** Reads anew what the providers offer. */
    synchronized void refresh() {
        readOffers();
        report(table.conflicts());
    }

    @Override
    public void close() throws Exception {
        registration.close();
    }

    private void changed() {
        refresh();
        replaced.run();
        for (Runnable retry : parked) {
            if (parked.remove(retry)) {
                executor.execute(retry);
            }
        }
    }

    private void readOffers() {
        long nowNs = System.nanoTime();
        Map<String, Known> now = new LinkedHashMap<>();
        for (String name : providers.names(HttpRoute.class)) {
            readOffer(name).ifPresent(offer -> now.put(name, new Known(offer, Known.PRESENT)));
        }
        long forget = NEVER;
        for (Map.Entry<String, Known> before : known.entrySet()) {
            Known old = before.getValue();
            if (!now.containsKey(before.getKey()) && !old.expired(nowNs, wait)) {
                // 0 means present; a clock that reads 0 is off by a nanosecond then.
                long goneAtNs = old.goneAtNs != Known.PRESENT ? old.goneAtNs : nowNs == Known.PRESENT ? 1 : nowNs;
                now.put(before.getKey(), new Known(old.offer, goneAtNs));
                forget = Math.min(forget, goneAtNs + wait.toNanos());
            }
        }
        known = now;
        forgetAtNs = forget;
        table = new RouteTable(now.values().stream().map(Known::offer).toList());
    }

    private Optional<RouteTable.Offer> readOffer(String name) {
        Optional<Lease<HttpRoute>> found = providers.find(HttpRoute.class, name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Lease<HttpRoute> lease = found.get()) {
            Map<String, Long> limits = new LinkedHashMap<>();
            for (String pattern : lease.provider().patterns()) {
                limits.put(pattern, Math.min(lease.provider().bodyLimit(pattern), Integer.MAX_VALUE - 8L));
            }
            return Optional.of(new RouteTable.Offer(name, lease.generation(), limits));
        } catch (RuntimeException e) {
            LOG.error("The routes of {} can't be read, so they are not served", name, e);
            return Optional.empty();
        }
    }

    private void report(List<String> conflicts) {
        for (String conflict : conflicts) {
            if (!reported.contains(conflict)) {
                LOG.warn("Route {}", conflict);
            }
        }
        reported = new HashSet<>(conflicts);
    }
}
