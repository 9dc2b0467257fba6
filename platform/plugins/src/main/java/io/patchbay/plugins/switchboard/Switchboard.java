package io.patchbay.plugins.switchboard;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives callers leases on whatever serves a type and a name now, and lets the plugin manager change that under them.
 *
 * <p>A type is followed from the first time it is asked for. {@link #find} is two map look-ups, one atomic count and one write of a cell; it takes no lock except when a lazy component is
 * activated by its first lease. When a service goes away by itself (its bundle is stopped by hand), the thread that stops it waits up to {@link #UNREGISTERING_WAIT} for open leases.
 */
@Component(
        service = {Providers.class, SwapGuard.class, io.patchbay.api.plugin.Component.class},
        immediate = true)
public final class Switchboard implements Providers, SwapGuard, io.patchbay.api.plugin.Component {
    /** How long the stop of a bundle by hand waits for the leases on its services. */
    static final Duration UNREGISTERING_WAIT = Duration.ofSeconds(2);

    /** A lease that is older is named in {@link #describe}. */
    static final Duration LONG_LEASE = Duration.ofSeconds(30);

    private static final Duration RETRY_UNUSABLE = Duration.ofMillis(50);
    private static final Logger LOG = LoggerFactory.getLogger(Switchboard.class);

    private final BundleContext context;
    private final Map<String, FollowedType> types = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private final Set<Long> heldBack = ConcurrentHashMap.newKeySet();
    private final Map<Long, Long> swappedIn = new ConcurrentHashMap<>();
    private final AtomicLong swaps = new AtomicLong();
    private final LeaseMeters meters = new LeaseMeters();

    @Activate
    public Switchboard(BundleContext context) {
        this.context = context;
    }

    /** Leases by the type of what is leased, and those who had to wait. The switchboard works without metrics, too. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setMetrics(Metrics metrics) {
        metrics.whenAsked(asked -> SwitchboardGauges.show(asked, this, meters));
    }

    /** What was registered goes with the service. */
    void unsetMetrics(Metrics metrics) {
        LOG.debug("The switchboard is no longer measured by {}", metrics);
    }

    @Deactivate
    void stop() {
        types.values().forEach(followed -> followed.tracker.close());
    }

    @Override
    public <T> Lease<T> acquire(Class<T> type, String name) {
        Optional<Lease<T>> lease = find(type, name);
        return lease.isPresent() ? lease.get() : await(type, name);
    }

    private <T> Lease<T> await(Class<T> type, String name) {
        long began = System.nanoTime();
        long deadline = began + Limits.LEASE_WAIT.toNanos();
        meters.waits.increment();
        try {
            Optional<Lease<T>> lease = find(type, name);
            while (lease.isEmpty()) {
                awaitProvider(type, name, deadline);
                lease = find(type, name);
            }
            return lease.get();
        } finally {
            meters.waitedNanos.add(System.nanoTime() - began);
        }
    }

    private void awaitProvider(Class<?> type, String name, long deadline) {
        TypeSlots slots = slots(type);
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            meters.timeouts.increment();
            throw PatchbayException.beyond(
                    "lease_wait",
                    ErrorCode.UNAVAILABLE,
                    "No %s named \"%s\" came within %d s; there is now: %s."
                            .formatted(
                                    type.getSimpleName(),
                                    name,
                                    Limits.LEASE_WAIT.toSeconds(),
                                    slots.names().isEmpty() ? "none" : String.join(", ", slots.names())));
        }
        try {
            slots.awaitChange(name, Math.min(left, RETRY_UNUSABLE.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(
                    ErrorCode.CANCELLED,
                    "The wait for %s \"%s\" was interrupted.".formatted(type.getSimpleName(), name),
                    e);
        }
        slots.retryUnusable();
    }

    @Override
    public <T> Optional<Lease<T>> find(Class<T> type, String name) {
        return slots(type).lease(type, name);
    }

    @Override
    public List<String> names(Class<?> type) {
        return slots(type).names();
    }

    @Override
    public AutoCloseable onChange(Class<?> type, Runnable listener) {
        return slots(type).listen(listener);
    }

    @Override
    public void holdBack(Bundle bundle) {
        heldBack.add(bundle.getBundleId());
        reconsider();
    }

    @Override
    public void flip(Bundle incoming, Optional<Bundle> outgoing) {
        swappedIn.put(incoming.getBundleId(), swaps.incrementAndGet());
        heldBack.remove(incoming.getBundleId());
        outgoing.ifPresent(bundle -> heldBack.add(bundle.getBundleId()));
        reconsider();
    }

    @Override
    public List<Holder> drain(Bundle bundle, Duration atMost) throws InterruptedException {
        List<Provider> ending =
                ending(provider -> bundle.equals(provider.reference().getBundle()));
        long began = System.nanoTime();
        meters.drains.increment();
        if (!awaitDrained(ending, atMost)) {
            meters.drainTimeouts.increment();
        }
        meters.drainedNanos.add(System.nanoTime() - began);
        return ending.stream()
                .flatMap(provider -> provider.listHolders().stream())
                .toList();
    }

    @Override
    public void forget(Bundle bundle) {
        heldBack.remove(bundle.getBundleId());
        swappedIn.remove(bundle.getBundleId());
    }

    @Override
    public List<ServiceReference<?>> namedServices(Bundle bundle) {
        return BundleServices.registeredBy(bundle).stream()
                .filter(reference -> TypeSlots.nameOf(reference) != null)
                .toList();
    }

    @Override
    public long countLeases(String type, String name) {
        FollowedType followed = types.get(type);
        Slot slot = followed == null ? null : followed.slots.find(name);
        Provider current = slot == null ? null : slot.current();
        return current == null ? 0 : current.leases();
    }

    @Override
    public List<FailingService> listFailing(Bundle bundle) {
        List<FailingService> failing = new ArrayList<>();
        for (FollowedType followed : types.values()) {
            for (Slot slot : followed.slots.slots()) {
                Provider current = slot.current();
                if (current != null && current.bundleId() == bundle.getBundleId()) {
                    CallFailures failures = current.failures();
                    int now = failures.count(Limits.PROBATION, System.nanoTime());
                    if (now > 0) {
                        failing.add(new FailingService(
                                slot.type(), slot.name(), now, current.failedBefore(), failures.last()));
                    }
                }
            }
        }
        return failing;
    }

    @Override
    public List<Holder> listHolders(long bundleId) {
        return ending(provider -> provider.bundleId() == bundleId).stream()
                .flatMap(provider -> provider.listHolders().stream())
                .toList();
    }

    @Override
    public ComponentState describe() {
        List<ComponentState> parts = new ArrayList<>();
        types.values().stream()
                .map(followed -> followed.slots)
                .sorted(Comparator.comparing(TypeSlots::type))
                .forEach(slots -> slots.slots().forEach(slot -> parts.add(describe(slots, slot))));
        return new ComponentState("switchboard", "running", Map.of("swaps", Long.toString(swaps.get())), parts);
    }

    private static ComponentState describe(TypeSlots slots, Slot slot) {
        Map<String, String> facts = new LinkedHashMap<>();
        Provider current = slot.current();
        List<Holder> holders = new ArrayList<>();
        if (current != null) {
            Bundle bundle = current.reference().getBundle();
            facts.put("provider", bundle == null ? "going" : bundle.getSymbolicName() + " " + bundle.getVersion());
            facts.put("leases", Long.toString(current.leases()));
            holders.addAll(current.listHolders());
        }
        List<Provider> ending = slots.ending().stream()
                .filter(provider -> slot.name().equals(TypeSlots.nameOf(provider.reference())))
                .toList();
        if (!ending.isEmpty()) {
            facts.put(
                    "draining",
                    Long.toString(ending.stream().mapToLong(Provider::leases).sum()));
            ending.forEach(provider -> holders.addAll(provider.listHolders()));
        }
        String old = holders.stream()
                .filter(holder -> holder.held().compareTo(LONG_LEASE) > 0)
                .map(Holder::toString)
                .reduce((a, b) -> a + "; " + b)
                .orElse("");
        if (!old.isEmpty()) {
            facts.put("longLeases", old);
        }
        String simpleType = slot.type().substring(slot.type().lastIndexOf('.') + 1);
        return ComponentState.of(
                "switchboard/" + simpleType + "/" + slot.name(), current == null ? "empty" : "serving", facts);
    }

    long swaps() {
        return swaps.get();
    }

    /** Open leases, by the type of what is leased. */
    Map<String, Long> leases() {
        Map<String, Long> leases = new TreeMap<>();
        for (FollowedType followed : types.values()) {
            long open = followed.slots.slots().stream()
                    .map(Slot::current)
                    .filter(Objects::nonNull)
                    .mapToLong(Provider::leases)
                    .sum();
            leases.put(followed.slots.type(), open);
        }
        return leases;
    }

    /** Leases on providers that are being replaced. */
    long drainingLeases() {
        return ending(provider -> true).stream().mapToLong(Provider::leases).sum();
    }

    private void reconsider() {
        types.values().forEach(followed -> followed.slots.reconsider());
    }

    private List<Provider> ending(Predicate<Provider> which) {
        return types.values().stream()
                .flatMap(followed -> followed.slots.ending().stream())
                .filter(which)
                .toList();
    }

    private static boolean awaitDrained(List<Provider> providers, Duration atMost) throws InterruptedException {
        try {
            CompletableFuture.allOf(providers.stream().map(Provider::drained).toArray(CompletableFuture[]::new))
                    .get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private TypeSlots slots(Class<?> type) {
        FollowedType followed = types.get(type.getName());
        if (followed == null) {
            followed = types.computeIfAbsent(type.getName(), FollowedType::new);
        }
        followed.open();
        return followed.slots;
    }

    private final class FollowedType
            implements ServiceTrackerCustomizer<Object, ServiceReference<Object>>, TypeSlots.Admission {
        private final TypeSlots slots;
        private final ServiceTracker<Object, ServiceReference<Object>> tracker;
        private volatile boolean open;

        FollowedType(String type) {
            slots = new TypeSlots(context, type, this, generations);
            tracker = new ServiceTracker<>(context, type, this);
        }

        /**
         * Whoever comes first opens, others wait for it, so that nobody takes a type that is not read yet for one without providers. Opening fetches no service, so it runs no foreign
         * code and can't wait for anyone.
         */
        private void open() {
            if (open) {
                return;
            }
            synchronized (this) {
                if (!open) {
                    // All services, whatever copy of the type they are of: find() checks, and says nothing of a class
                    // loader.
                    tracker.open(true);
                    open = true;
                }
            }
        }

        @Override
        public ServiceReference<Object> addingService(ServiceReference<Object> reference) {
            slots.added(reference);
            return reference;
        }

        @Override
        public void modifiedService(ServiceReference<Object> reference, ServiceReference<Object> same) {
            slots.modified(reference);
        }

        @Override
        public void removedService(ServiceReference<Object> reference, ServiceReference<Object> same) {
            slots.removed(reference);
            // What is held back has been drained, and has had its time.
            if (admits(reference.getBundle())) {
                awaitLeases(reference);
            }
        }

        private void awaitLeases(ServiceReference<Object> reference) {
            List<Provider> ending = slots.ending().stream()
                    .filter(provider -> provider.reference().equals(reference))
                    .toList();
            try {
                if (!awaitDrained(ending, UNREGISTERING_WAIT)) {
                    LOG.warn(
                            "{} is going although {}.",
                            reference,
                            ending.stream()
                                    .flatMap(provider -> provider.listHolders().stream())
                                    .toList());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean admits(@Nullable Bundle bundle) {
            return bundle != null && !heldBack.contains(bundle.getBundleId());
        }

        @Override
        public long order(@Nullable Bundle bundle) {
            return bundle == null ? 0 : swappedIn.getOrDefault(bundle.getBundleId(), 0L);
        }
    }
}
