package io.patchbay.plugins.manager;

import io.patchbay.plugins.switchboard.Holder;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * What became of a version that was removed: its class loader is collected by some garbage collection, or somebody holds it. Holds nothing of it itself.
 *
 * <p>Looked at by the manager's keeper now and then; nobody forces a collection.
 */
final class Receipt {
    private static final int NAMED = 3;

    private final String version;
    private final WeakReference<ClassLoader> loader;
    private final List<String> troubles;
    private final Clock clock;
    private final Instant removedAt;

    /** Written by whoever looks first after the collection. */
    private volatile @Nullable Duration collectedAfter;

    private Receipt(String version, WeakReference<ClassLoader> loader, List<String> troubles, Clock clock) {
        this.version = version;
        this.loader = loader;
        this.troubles = List.copyOf(troubles);
        this.clock = clock;
        this.removedAt = clock.instant();
    }

    /** The class loader of a bundle that is still there. */
    static WeakReference<ClassLoader> loaderOf(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        return new WeakReference<>(wiring == null ? null : wiring.getClassLoader());
    }

    /**
     * For a version that is gone now.
     *
     * @param stillHeld leases that were open when the drain time was over
     */
    static Receipt of(
            String version,
            WeakReference<ClassLoader> loader,
            List<Holder> stillHeld,
            List<String> troubles,
            Clock clock) {
        List<String> all = new ArrayList<>(troubles);
        stillHeld.forEach(holder -> all.add(holder + "."));
        return new Receipt(version, loader, all, clock);
    }

    /** Whether there is nothing more to wait for. */
    boolean look() {
        if (collectedAfter == null && loader.refersTo(null)) {
            collectedAfter = Duration.between(removedAt, clock.instant());
        }
        return collectedAfter != null;
    }

    @Override
    public String toString() {
        look();
        Duration after = collectedAfter;
        String end = after == null
                ? "old class loader pending a garbage collection"
                : "old class loader collected after %d s".formatted(after.toSeconds());
        String holders = after == null
                ? threadsThatHoldIt().map(threads -> "; held by " + threads).orElse("")
                : "";
        String said = troubles.isEmpty()
                ? ""
                : "; " + String.join(" ", troubles.subList(0, Math.min(NAMED, troubles.size())));
        return version + ": " + end + holders + said;
    }

    private Optional<String> threadsThatHoldIt() {
        ClassLoader held = loader.get();
        if (held == null) {
            return Optional.empty();
        }
        List<String> names = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getContextClassLoader() == held
                        || thread.getClass().getClassLoader() == held)
                .map(thread -> "thread \"" + thread.getName() + "\"")
                .sorted()
                .limit(NAMED)
                .toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", names));
    }
}
