package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.PluginReceipt;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a version that was removed: its class loader is collected by some garbage collection, or somebody holds it. Holds nothing of it itself.
 *
 * <p>Looked at by the manager's keeper now and then; nobody forces a collection but an operator.
 */
final class Receipt {
    /** So many holders and troubles are named in the sentence. */
    private static final int NAMED = 3;

    private final Removed removed;
    private final LoaderHolders holders;
    private final UnloadSentinel sentinel = new UnloadSentinel();
    private final List<String> troubles;
    private final Clock clock;
    private final Instant removedAt;

    /** Written by whoever looks first after the collection. */
    private volatile @Nullable Duration collectedAfter;

    /**
     * For a version that is gone now.
     *
     * @param troubles what went wrong while it was removed, each a sentence
     */
    Receipt(Removed removed, LoaderHolders holders, List<String> troubles, Clock clock) {
        this.removed = removed;
        this.holders = holders;
        this.troubles = List.copyOf(troubles);
        this.clock = clock;
        this.removedAt = clock.instant();
    }

    String plugin() {
        return removed.plugin();
    }

    /** Whether there is nothing more to wait for. */
    boolean look() {
        if (collectedAfter == null && removed.loader().refersTo(null)) {
            collectedAfter = Duration.between(removedAt, clock.instant());
        }
        return collectedAfter != null;
    }

    PluginReceipt describe() {
        // In this order: else a collection in between would look like a holder.
        boolean swept = sentinel.isUnloaded();
        look();
        Duration after = collectedAfter;
        List<String> found = after == null ? holders.find(removed) : List.of();
        return new PluginReceipt(
                removed.plugin(),
                removed.version(),
                removedAt,
                after != null ? "collected" : swept ? "held" : "pending",
                Optional.ofNullable(after),
                found,
                troubles,
                text(after, swept, found));
    }

    private String text(@Nullable Duration after, boolean swept, List<String> found) {
        String named = String.join(", ", found.subList(0, Math.min(NAMED, found.size())))
                + (found.size() > NAMED ? " and %d more".formatted(found.size() - NAMED) : "");
        String end;
        if (after != null) {
            end = "old class loader collected after %d s".formatted(after.toSeconds());
        } else if (!found.isEmpty()) {
            end = "old class loader held by " + named;
        } else if (swept) {
            end =
                    "old class loader held by something that the node can't see, such as a ThreadLocal, a shutdown hook, a JDBC driver that it registered or a static field of other code; "
                            + "a heap dump names it: jcmd %d GC.heap_dump FILE"
                                    .formatted(ProcessHandle.current().pid());
        } else {
            end = "old class loader pending a garbage collection";
        }
        String said = troubles.isEmpty()
                ? ""
                : "; " + String.join(" ", troubles.subList(0, Math.min(NAMED, troubles.size())));
        return removed.version() + ": " + end + said;
    }

    @Override
    public String toString() {
        return describe().text();
    }
}
