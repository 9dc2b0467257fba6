package io.patchbay.plugins.switchboard;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.patchbay.api.plugin.Lease;
import io.patchbay.plugins.switchboard.Versions.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import kotlin.jvm.functions.Function1;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;

/**
 * Leases against swaps: Lincheck makes scenarios of the operations below for a few threads, runs each in many interleavings, and asks whether the results are those of some order of one after the other.
 * So callers find the one version or the other and never neither; none is stopped while it is leased; every drain ends. Its scenarios are the same in every run.
 *
 * <p>The turns in one slot are model-checked; all that decides who has a turn has too many interleavings for that, and is put under stress. {@code -Dpatchbay.lincheck.scenarios=N} tries more.
 */
@Timeout(600)
class LeaseAgainstSwapTest {
    private static final int SCENARIOS = Integer.getInteger("patchbay.lincheck.scenarios", 2);

    /** What nobody changes: looking into it would make the interleavings more, and none of them different. */
    private static final Function1<String, Boolean> ONE_STEP = type -> type.startsWith(Versions.class.getName());

    @Test
    void aCallFindsTheVersionBeforeOrTheNextInEveryInterleaving() {
        new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(500)
                .addGuarantee(forClasses(ONE_STEP).allMethods().treatAsAtomic())
                .threads(2)
                .actorsPerThread(1)
                .actorsBefore(0)
                .actorsAfter(0)
                .check(Turns.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {Calls.class, Waits.class})
    void soItIsUnderStressWhenVersionsComeAndGo(Class<?> operations) {
        new StressOptions()
                .iterations(SCENARIOS)
                // Its threads wait for each other by spinning: where other work has the cores, each takes many
                // milliseconds.
                .invocationsPerIteration(100)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                // What hangs is told after ten seconds; each attempt to tell it with fewer operations would take as
                // long.
                .minimizeFailedScenario(false)
                .check(operations);
    }

    /** Versions take turns in one slot, and callers take whose turn it is. */
    public static class Turns {
        private final TypeSlots slots =
                new TypeSlots(Versions.CONTEXT, "a type", new EverybodyServes(), new AtomicLong());
        private final Slot slot;
        private Version serving = new Version(0);

        public Turns() {
            slots.added(serving.reference());
            slot = Objects.requireNonNull(slots.find(Versions.NAME));
        }

        @Operation
        public int call() {
            return lease(slots).orElseThrow();
        }

        @Operation(nonParallelGroup = "manager")
        public void swap() {
            Version before = serving;
            serving = new Version(before.number() + 1);
            Provider turn = slot.plug(new Provider(Versions.CONTEXT, serving.reference(), serving.number()));
            Objects.requireNonNull(turn).drained().join();
            before.stop();
        }
    }

    /** Leases what serves, and says which version it was; none if there is none. */
    private static Optional<Integer> lease(TypeSlots slots) {
        Optional<Lease<Version>> found = slots.lease(Version.class, Versions.NAME);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Lease<Version> lease = found.get()) {
            if (lease.provider().stopped()) {
                throw new IllegalStateException("called a version that is stopped");
            }
            return Optional.of(lease.provider().number());
        }
    }

    private static final class EverybodyServes implements TypeSlots.Admission {
        @Override
        public boolean admits(@Nullable Bundle bundle) {
            return true;
        }

        @Override
        public long order(@Nullable Bundle bundle) {
            return 0;
        }
    }

    /** Callers who take what there is. */
    public static class Calls {
        private final Board board = new Board();

        @Operation
        public Optional<Integer> call() {
            return board.call();
        }

        @Operation(nonParallelGroup = "manager")
        public void swap() {
            board.swap();
        }

        @Operation(nonParallelGroup = "manager")
        public void withdraw() {
            board.withdraw();
        }
    }

    /** Callers who wait where there is nobody; somebody always comes in the end. */
    public static class Waits {
        private final Board board = new Board();

        @Operation
        public int call() throws InterruptedException {
            return board.awaitAndCall();
        }

        @Operation(nonParallelGroup = "manager")
        public void swap() {
            board.swap();
        }

        @Operation(nonParallelGroup = "manager")
        public void goAndComeBack() {
            board.withdraw();
            board.swap();
        }
    }

    /** The slots of one type. What the plugin manager does is done by one thread. */
    private static final class Board implements TypeSlots.Admission {
        private final Set<Long> heldBack = ConcurrentHashMap.newKeySet();
        private final TypeSlots slots = new TypeSlots(Versions.CONTEXT, "a type", this, new AtomicLong());
        private @Nullable Version serving = new Version(0);
        private int versions = 1;

        Board() {
            slots.added(serving.reference());
        }

        Optional<Integer> call() {
            return lease(slots);
        }

        /** As the switchboard waits, but without an end: a wake-up that is lost is a call that hangs. */
        int awaitAndCall() throws InterruptedException {
            Optional<Integer> called = call();
            while (called.isEmpty()) {
                slots.awaitChange(Versions.NAME, Long.MAX_VALUE);
                called = call();
            }
            return called.get();
        }

        /** Side by side, then the flip, then the drain. */
        void swap() {
            Version before = serving;
            Version next = new Version(versions++);
            heldBack.add((long) next.number());
            slots.added(next.reference());
            heldBack.remove((long) next.number());
            if (before != null) {
                heldBack.add((long) before.number());
            }
            slots.reconsider();
            serving = next;
            if (before != null) {
                drainAndStop(before);
            }
        }

        void withdraw() {
            Version before = serving;
            serving = null;
            if (before != null) {
                heldBack.add((long) before.number());
                slots.reconsider();
                drainAndStop(before);
            }
        }

        private void drainAndStop(Version before) {
            List<Provider> ending = new ArrayList<>(slots.ending());
            ending.forEach(provider -> provider.drained().join());
            before.stop();
            slots.removed(before.reference());
        }

        @Override
        public boolean admits(@Nullable Bundle bundle) {
            return bundle != null && !heldBack.contains(bundle.getBundleId());
        }

        @Override
        public long order(@Nullable Bundle bundle) {
            return 0;
        }
    }
}
