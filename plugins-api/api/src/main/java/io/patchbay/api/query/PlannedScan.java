package io.patchbay.api.query;

import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.PlanSource.Row;
import io.patchbay.api.query.PlanSource.Rows;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries out an {@link IndexPlan} on a store's rows.
 *
 * <p>Forward, a range is one run over the entries. Backward, each key is looked up as the last before the one before, and its documents are read by ascending id: many
 * documents may share a key, and nothing of them has to be sorted. Entries whose key was cut are in no order within the cut key, so their whole keys are made from the
 * documents and the next few in order are picked, run after run: slow, but within bounded memory, and only for keys longer than a thousand bytes.
 */
public final class PlannedScan implements DocumentScan {
    /** Documents with a cut key that are picked in one run. */
    private static final int PICKED = 64;

    private final IndexPlan plan;
    private final PlanSource source;
    private final Deque<KeyRange> ranges;
    private final Deque<StoredDocument> picked = new ArrayDeque<>();
    private Optional<Place> after;
    private @Nullable Rows rows;
    /** The cut key whose documents are being picked. */
    private byte @Nullable [] cutKey;
    /** The range that {@link #rows} or {@link #cutKey} is from. */
    private KeyRange range = KeyRange.ALL;

    /** Takes over {@code source} and closes it. */
    public PlannedScan(IndexPlan plan, PlanSource source) {
        this.plan = plan;
        this.source = source;
        this.after = plan.after();
        this.ranges = new ArrayDeque<>(plan.ranges());
    }

    @Override
    public Optional<Expression> residual() {
        return plan.residual();
    }

    @Override
    public boolean ordered() {
        return plan.ordered();
    }

    @Override
    public boolean indexed() {
        return plan.narrowed();
    }

    @Override
    public @Nullable StoredDocument next() {
        while (true) {
            if (cutKey != null) {
                StoredDocument document = nextPicked(cutKey);
                if (document != null) {
                    return document;
                }
            } else if (rows != null) {
                Row row = rows.next();
                if (row == null) {
                    closeRows();
                } else if (plan.index().isEmpty() || !plan.ordered() || !IndexPlan.mayBeCut(row.key())) {
                    return row.document();
                } else {
                    closeRows();
                    cutKey = row.key();
                }
            } else if (!openRows()) {
                return null;
            }
        }
    }

    @Override
    public void close() {
        closeRows();
        ranges.clear();
        cutKey = null;
        picked.clear();
        source.close();
    }

    private void closeRows() {
        if (rows != null) {
            rows.close();
            rows = null;
        }
    }

    private boolean openRows() {
        KeyRange next = plan.backward() ? ranges.pollLast() : ranges.pollFirst();
        if (next == null) {
            return false;
        }
        if (plan.index().isEmpty()) {
            KeyRange ids = clippedByIds(next);
            rows = ids.isEmpty() ? null : source.documents(ids, plan.backward());
        } else if (plan.backward()) {
            openLastKey(plan.index().get(), clippedBackward(next));
        } else {
            openForward(plan.index().get(), clippedForward(next));
        }
        return true;
    }

    private KeyRange clippedByIds(KeyRange ids) {
        if (after.isEmpty()) {
            return ids;
        }
        byte[] id = after.get().id();
        return plan.backward()
                ? new KeyRange(ids.from(), KeyRange.smaller(ids.to(), id), false)
                : new KeyRange(KeyRange.larger(ids.from(), KeyRange.concatenate(id, new byte[1])), ids.to(), false);
    }

    private KeyRange clippedForward(KeyRange keys) {
        return after.isEmpty()
                ? keys
                : new KeyRange(
                        KeyRange.larger(keys.from(), IndexPlan.cut(after.get().key())), keys.to(), false);
    }

    private KeyRange clippedBackward(KeyRange keys) {
        if (after.isEmpty()) {
            return keys;
        }
        byte[] behindKey = KeyRange.concatenate(IndexPlan.cut(after.get().key()), new byte[1]);
        return new KeyRange(keys.from(), KeyRange.smaller(keys.to(), behindKey), false);
    }

    private void openForward(IndexDefinition index, KeyRange keys) {
        if (keys.isEmpty()) {
            return;
        }
        range = keys;
        // A place in front of the range, or within documents that share a cut key, excludes none of its entries.
        Optional<Place> within =
                after.filter(place -> !IndexPlan.mayBeCut(place.key()) && Arrays.equals(place.key(), keys.from()));
        rows = source.entries(index, keys, within);
    }

    private void openLastKey(IndexDefinition index, KeyRange keys) {
        Optional<byte[]> last = keys.isEmpty() ? Optional.empty() : source.findLastKey(index, keys);
        if (last.isEmpty()) {
            return;
        }
        byte[] key = last.get();
        ranges.addLast(new KeyRange(keys.from(), key, false));
        if (IndexPlan.mayBeCut(key)) {
            cutKey = key;
            return;
        }
        Optional<Place> within = after.filter(place -> Arrays.equals(place.key(), key));
        rows = source.entries(index, onlyKey(key), within);
    }

    private static KeyRange onlyKey(byte[] key) {
        return new KeyRange(key, KeyRange.concatenate(key, new byte[1]), false);
    }

    private @Nullable StoredDocument nextPicked(byte[] key) {
        if (picked.isEmpty()) {
            pick(plan.index().orElseThrow(), key);
        }
        StoredDocument document = picked.pollFirst();
        if (document == null) {
            cutKey = null;
            if (!plan.backward()) {
                // The run goes on behind the cut key.
                ranges.addFirst(new KeyRange(onlyKey(key).to(), range.to(), false));
            }
            return null;
        }
        after = Optional.of(placeOf(plan.index().orElseThrow(), document));
        return document;
    }

    /** Fills {@link #picked} with the next documents that have this cut key. */
    private void pick(IndexDefinition index, byte[] key) {
        Comparator<Place> byKey = Comparator.comparing(Place::key, Arrays::compareUnsigned);
        Comparator<Place> order =
                (plan.backward() ? byKey.reversed() : byKey).thenComparing(Place::id, Arrays::compareUnsigned);
        PriorityQueue<Placed> nearest =
                new PriorityQueue<>(Comparator.comparing(Placed::place, order).reversed());
        try (Rows entries = source.entries(index, onlyKey(key), Optional.empty())) {
            for (Row row = entries.next(); row != null; row = entries.next()) {
                Place place = placeOf(index, row.document());
                if (after.isEmpty() || order.compare(after.get(), place) < 0) {
                    nearest.add(new Placed(place, row.document()));
                }
                if (nearest.size() > PICKED) {
                    nearest.remove();
                }
            }
        }
        while (!nearest.isEmpty()) {
            picked.addFirst(nearest.remove().document());
        }
    }

    private static Place placeOf(IndexDefinition index, StoredDocument document) {
        return new Place(OrderedKey.of(index.fields(), document), IndexPlan.utf8(document.id()));
    }

    private record Placed(Place place, StoredDocument document) {}
}
