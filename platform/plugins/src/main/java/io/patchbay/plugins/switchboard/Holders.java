package io.patchbay.plugins.switchboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The leases that are open on one provider, for the watchdog's view; any thread.
 *
 * <p>Leases come and go with every call, so each thread has a cell of its own most of the time: entering is one uncontended compare-and-set, leaving one write. Who finds its cells
 * taken (many long leases of one thread) goes to a shared set.
 */
final class Holders {
    private static final int CELLS = 64;
    private static final int PROBES = 4;
    private static final int OVERFLOW = -1;

    private final AtomicReferenceArray<SlotLease<?>> cells = new AtomicReferenceArray<>(CELLS);
    private final Set<SlotLease<?>> overflow = ConcurrentHashMap.newKeySet();

    /** Returns the cell to give back to {@link #remove}. */
    int add(SlotLease<?> lease) {
        // Fibonacci hashing spreads neighbouring thread ids over the cells.
        int start = (int) (Thread.currentThread().getId() * 0x9E3779B97F4A7C15L >>> 58);
        for (int probe = 0; probe < PROBES; probe++) {
            int cell = (start + probe) & (CELLS - 1);
            if (cells.get(cell) == null && cells.compareAndSet(cell, null, lease)) {
                return cell;
            }
        }
        overflow.add(lease);
        return OVERFLOW;
    }

    void remove(SlotLease<?> lease, int cell) {
        if (cell == OVERFLOW) {
            overflow.remove(lease);
        } else {
            cells.set(cell, null);
        }
    }

    List<SlotLease<?>> list() {
        List<SlotLease<?>> leases = new ArrayList<>(overflow);
        for (int cell = 0; cell < CELLS; cell++) {
            SlotLease<?> lease = cells.get(cell);
            if (lease != null) {
                leases.add(lease);
            }
        }
        return leases;
    }
}
