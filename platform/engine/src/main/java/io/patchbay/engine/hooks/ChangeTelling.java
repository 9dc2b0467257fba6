package io.patchbay.engine.hooks;

import io.patchbay.api.feed.Position;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.SystemDocuments;
import io.patchbay.engine.feed.ChangeFeed;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What tellers of changes share: where the changes come from, and through where each hook has been told, whatever version of it was. */
public final class ChangeTelling {
    final ChangeFeed feed;
    final Catalog catalog;
    final HookPositions positions;
    private final Map<String, Position> told = new ConcurrentHashMap<>();

    public ChangeTelling(ChangeFeed feed, Catalog catalog, SystemDocuments documents) {
        this.feed = feed;
        this.catalog = catalog;
        this.positions = new HookPositions(documents);
    }

    void toldThrough(String hook, Position position) {
        // A version that hung may come late: what the next one was told stays told.
        told.merge(
                hook,
                position,
                (known, now) -> known.epoch().equals(now.epoch()) && known.offset() > now.offset() ? known : now);
    }

    /** As told in this run of the node, else as kept; empty for a hook that was never here. */
    Optional<Position> findTold(String hook) throws InterruptedException {
        Position known = told.get(hook);
        return known == null ? positions.find(hook) : Optional.of(known);
    }
}
