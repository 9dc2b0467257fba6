package io.patchbay.plugins.switchboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

class SwitchboardTest {
    private static final int CALLERS = 4;
    private static final int SWAPS = 2000;

    @TempDir
    Path folder;

    private Framework framework;
    private Switchboard switchboard;

    @BeforeEach
    void start() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, folder.toString(), "felix.log.level", "1"));
        framework.start();
        switchboard = new Switchboard(framework.getBundleContext());
    }

    @AfterEach
    void stop() throws Exception {
        switchboard.stop();
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(switchboard.find(Component.class, "a")).isEmpty();
        assertThat(switchboard.names(Component.class)).isEmpty();
    }

    @Test
    void callerWaitsForAProviderThatComes() {
        CompletableFuture<String> called = CompletableFuture.supplyAsync(() -> state("a"));

        register("a", new Fixed("here"), 0);

        assertThat(called).succeedsWithin(3, TimeUnit.SECONDS).isEqualTo("here");
    }

    @Test
    void callerIsToldWhatThereIsWhenNoneCame() {
        register("b", new Fixed("b"), 0);

        PatchbayException none =
                catchThrowableOfType(PatchbayException.class, () -> switchboard.acquire(Component.class, "a"));

        assertThat(none.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(none).hasMessage("No Component named \"a\" came within 5 s; there is now: b.");
    }

    @Test
    void higherRankedServesAndGivesBackWhenItGoes() {
        register("a", new Fixed("low"), 0);
        ServiceRegistration<Component> high = register("a", new Fixed("high"), 5);

        assertThat(state("a")).isEqualTo("high");
        high.unregister();
        assertThat(state("a")).isEqualTo("low");
    }

    @Test
    void serviceThatFailsToActivateIsPassedOver() {
        register("a", new Fixed("good"), 0);
        framework.getBundleContext().registerService(Component.class, new FailingFactory(), properties("a", 5));

        assertThat(state("a")).isEqualTo("good");
    }

    @Test
    void serviceThatActivatesAtASecondTryIsWaitedFor() {
        FailingFactory factory = new FailingFactory();
        framework.getBundleContext().registerService(Component.class, factory, properties("a", 0));
        CompletableFuture<String> called = CompletableFuture.supplyAsync(() -> state("a"));
        await().until(() -> factory.tries.get() > 0);

        factory.works.set(true);

        assertThat(called).succeedsWithin(3, TimeUnit.SECONDS).isEqualTo("at last");
    }

    @Test
    void heldBackServicesServeNobodyUntilTheFlip() {
        register("a", new Fixed("a"), 0);
        Bundle bundle = framework;

        switchboard.holdBack(bundle);
        assertThat(switchboard.find(Component.class, "a")).isEmpty();
        switchboard.flip(bundle, Optional.empty());

        assertThat(state("a")).isEqualTo("a");
    }

    @Test
    void closedLeaseHoldsNothing() {
        register("a", new Fixed("a"), 0);
        Lease<Component> lease = switchboard.acquire(Component.class, "a");

        lease.close();
        lease.close();

        assertThatThrownBy(lease::provider).isInstanceOf(IllegalStateException.class);
        assertThat(facts("switchboard/Component/a")).containsEntry("leases", "0");
    }

    @Test
    void describeCountsLeases() {
        register("a", new Fixed("a"), 0);
        List<Lease<Component>> leases = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            leases.add(switchboard.acquire(Component.class, "a"));
        }

        assertThat(facts("switchboard/Component/a")).containsEntry("leases", "200");
        leases.forEach(Lease::close);
        assertThat(facts("switchboard/Component/a")).containsEntry("leases", "0");
    }

    @Test
    void drainNamesWhoHolds() throws Exception {
        register("a", new Fixed("a"), 0);
        List<Lease<Component>> leases =
                List.of(switchboard.acquire(Component.class, "a"), switchboard.acquire(Component.class, "a"));
        switchboard.holdBack(framework);

        List<Holder> holders = switchboard.drain(framework, Duration.ofMillis(10));

        assertThat(holders)
                .hasSize(2)
                .allSatisfy(holder -> assertThat(holder.thread())
                        .isEqualTo(Thread.currentThread().getName()));
        leases.forEach(Lease::close);
        assertThat(switchboard.drain(framework, Duration.ofMillis(10))).isEmpty();
    }

    @Test
    void listenerHearsOfEachChangeUntilItIsClosed() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        AutoCloseable listening = switchboard.onChange(Component.class, heard::incrementAndGet);

        ServiceRegistration<Component> registration = register("a", new Fixed("a"), 0);
        assertThat(heard).hasValue(1);
        registration.unregister();
        assertThat(heard).hasValue(2);
        listening.close();
        register("a", new Fixed("a"), 0);
        assertThat(heard).hasValue(2);
    }

    /** A provider goes only after its leases are closed, and there is always one: so no caller may see one that is gone, or none. */
    @Test
    void noLeaseSeesAProviderThatIsGone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        Mortal serving = new Mortal();
        ServiceRegistration<Component> registration = register("a", serving, 0);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            long callerSeed = random.nextLong();
            Thread caller = new Thread(() -> call(new Random(callerSeed), stop, calls, failures));
            caller.start();
            callers.add(caller);
        }

        for (int swap = 1; swap <= SWAPS && failures.isEmpty(); swap++) {
            Mortal next = new Mortal();
            ServiceRegistration<Component> nextRegistration = register("a", next, swap);
            if (random.nextInt(4) == 0) {
                Thread.yield();
            }
            // Waits for the leases on it.
            registration.unregister();
            serving.gone = true;
            serving = next;
            registration = nextRegistration;
        }
        stop.set(true);
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(failures).as("seed " + seed).isEmpty();
        System.out.println(calls + " calls during " + SWAPS + " swaps");
    }

    private void call(Random random, AtomicBoolean stop, AtomicLong calls, ConcurrentLinkedQueue<String> failures) {
        List<Lease<Component>> held = new ArrayList<>();
        while (!stop.get()) {
            var found = switchboard.find(Component.class, "a");
            if (found.isEmpty()) {
                failures.add("no provider");
                break;
            }
            held.add(found.get());
            if (found.get().provider().describe().state().equals("gone")) {
                failures.add("called one that is gone");
            }
            calls.incrementAndGet();
            while (!held.isEmpty() && random.nextInt(3) > 0) {
                held.remove(random.nextInt(held.size())).close();
            }
            // Held leases delay a swap, so let go of all of them now and then.
            if (held.size() > 5) {
                held.forEach(Lease::close);
                held.clear();
            }
        }
        held.forEach(Lease::close);
    }

    private String state(String name) {
        try (Lease<Component> lease = switchboard.acquire(Component.class, name)) {
            return lease.provider().describe().state();
        }
    }

    private Map<String, String> facts(String path) {
        return switchboard.describe().parts().stream()
                .filter(part -> part.path().equals(path))
                .findFirst()
                .orElseThrow()
                .facts();
    }

    private ServiceRegistration<Component> register(String name, Component component, int ranking) {
        return framework.getBundleContext().registerService(Component.class, component, properties(name, ranking));
    }

    private static Dictionary<String, Object> properties(String name, int ranking) {
        return new Hashtable<>(Map.of(Providers.NAME, name, Constants.SERVICE_RANKING, ranking));
    }

    private record Fixed(String state) implements Component {
        @Override
        public ComponentState describe() {
            return ComponentState.of("fixed", state, Map.of());
        }
    }

    private static final class Mortal implements Component {
        private volatile boolean gone;

        @Override
        public ComponentState describe() {
            return ComponentState.of("mortal", gone ? "gone" : "alive", Map.of());
        }
    }

    /** As SCR does it: null until the component can be activated. */
    private static final class FailingFactory implements ServiceFactory<Component> {
        private final AtomicBoolean works = new AtomicBoolean();
        private final AtomicInteger tries = new AtomicInteger();

        @Override
        public Component getService(Bundle bundle, ServiceRegistration<Component> registration) {
            tries.incrementAndGet();
            return works.get() ? new Fixed("at last") : null;
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<Component> registration, Component service) {}
    }
}
