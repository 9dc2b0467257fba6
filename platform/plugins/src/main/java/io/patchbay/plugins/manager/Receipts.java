package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.PluginReceipt;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The receipts since the node's start. Any thread. */
final class Receipts {
    /** What a finalizer or a cleaner holds goes with the second collection. */
    private static final int COLLECTIONS = 2;

    private final LoaderHolders holders;
    private final Clock clock;

    /** Oldest first; guarded by itself. */
    private final Deque<Receipt> kept = new ArrayDeque<>();

    Receipts(LoaderHolders holders, Clock clock) {
        this.holders = holders;
        this.clock = clock;
    }

    /** For a version that is gone now. */
    Receipt add(Removed removed, List<String> troubles) {
        Receipt receipt = new Receipt(removed, holders, troubles, clock);
        synchronized (kept) {
            kept.addLast(receipt);
            if (kept.size() > PlanLimits.RECEIPTS) {
                kept.removeFirst();
            }
        }
        return receipt;
    }

    void look() {
        all().forEach(Receipt::look);
    }

    /** The newest of a plugin. */
    Optional<Receipt> find(String plugin) {
        return all().stream().filter(receipt -> receipt.plugin().equals(plugin)).findFirst();
    }

    /** Newest first. */
    List<PluginReceipt> list() {
        return all().stream().map(Receipt::describe).toList();
    }

    long count() {
        synchronized (kept) {
            return kept.size();
        }
    }

    /** Versions whose class loaders are still there. */
    long uncollected() {
        return all().stream().filter(receipt -> !receipt.look()).count();
    }

    /** Has Java collect until all are gone, or what is left is held. One at a time: the process stands still meanwhile. */
    synchronized List<PluginReceipt> collect() {
        for (int i = 0; i < COLLECTIONS && uncollected() > 0; i++) {
            System.gc();
        }
        return list();
    }

    private List<Receipt> all() {
        synchronized (kept) {
            List<Receipt> all = new ArrayList<>(kept);
            Collections.reverse(all);
            return all;
        }
    }
}
