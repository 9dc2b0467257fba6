package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which adapters the node's stores stand on, and so must not be taken away. */
final class StoresInUse {
    private static final String UNAVAILABLE = "unavailable";
    private static final String MIGRATING = "migrating";
    private static final long POLL_MS = 20;

    private final Supplier<@Nullable Stores> stores;

    /** @param stores null while the engine is not there */
    StoresInUse(Supplier<@Nullable Stores> stores) {
        this.stores = stores;
    }

    static boolean isAdapter(String serviceType) {
        return serviceType.equals(DocumentStoreFactory.class.getName());
    }

    /**
     * A sentence for each store that would lose its adapter.
     *
     * @param lost the adapters that would be gone
     * @param left those that would still be there
     */
    List<String> objections(Set<String> lost, Set<String> left) {
        List<String> sentences = new ArrayList<>();
        for (StoreInfo store : list()) {
            if (lost.contains(store.adapter())) {
                sentences.add("%s are served by %s; swap to another adapter first: patchbay store swap %s --to %s."
                        .formatted(
                                capital(store.name()),
                                store.adapter(),
                                store.name(),
                                left.stream().sorted().findFirst().orElse("ADAPTER")));
            }
            Optional<String> follower = store.follower().filter(lost::contains);
            if (follower.isPresent()) {
                sentences.add("The old store of %s is kept by %s and follows; drop it first: patchbay store drop %s."
                        .formatted(store.name(), follower.get(), store.name()));
            }
            // Where it goes to is the job's alone to know, so no adapter is taken away until it is there.
            if (sentences.isEmpty() && store.state().equals(MIGRATING)) {
                sentences.add(
                        "%s are on their way to another adapter; wait for that job, or cancel it: patchbay job list."
                                .formatted(capital(store.name())));
            }
        }
        return sentences;
    }

    /** Returns once the stores on these adapters work, which they may not for the moment in which they are reopened; PLUGIN_FAILED if they don't within {@code WRITER_WAIT}. */
    void requireAvailable(Set<String> adapters) throws InterruptedException {
        long deadline = System.nanoTime() + Limits.WRITER_WAIT.toNanos();
        List<StoreInfo> down = down(adapters);
        while (!down.isEmpty()) {
            // One that has a fault has tried to open with the new version: its clients had better not wait any longer.
            Optional<StoreInfo> faulty =
                    down.stream().filter(store -> store.fault().isPresent()).findFirst();
            if (faulty.isPresent() || System.nanoTime() > deadline) {
                StoreInfo store = faulty.orElse(down.get(0));
                throw new PatchbayException(
                        ErrorCode.PLUGIN_FAILED,
                        "The store %s did not open with the new version: %s"
                                .formatted(store.name(), store.fault().orElse("it is unavailable.")));
            }
            Thread.sleep(POLL_MS);
            down = down(adapters);
        }
    }

    /** Of these adapters, those on which a store works now: what an update must keep up. */
    Set<String> working(Set<String> adapters) {
        return list().stream()
                .filter(store ->
                        adapters.contains(store.adapter()) && !store.state().equals(UNAVAILABLE))
                .map(StoreInfo::adapter)
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<StoreInfo> down(Set<String> adapters) {
        return list().stream()
                .filter(store ->
                        adapters.contains(store.adapter()) && store.state().equals(UNAVAILABLE))
                .toList();
    }

    List<StoreInfo> list() {
        Stores known = stores.get();
        return known == null ? List.of() : known.list();
    }

    private static String capital(String name) {
        return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
