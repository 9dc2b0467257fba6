package io.patchbay.api.query;

import io.patchbay.api.Limits;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a store answers a query: by the documents' ids, by one index, or by reading all; for adapters, which then only need {@link PlannedScan}.
 *
 * <p>What an adapter keeps for an index is an entry per document of the collection: {@link #entryKey} and the id, ordered by both in unsigned byte order. A key
 * longer than {@link Limits#INDEX_KEY_BYTES} is cut; ranges that a cut key can't decide leave their condition in the residual.
 *
 * <p>Every order of the data model has ascending ids where the fields are equal. So an index that is read backward has descending keys, and within a key ascending ids.
 */
public final class IndexPlan {
    /** Most ranges of a plan; beyond it, lists of values are read as one range and checked one by one. */
    public static final int RANGES = 1024;

    /** What is read. */
    public enum Access {
        /** The documents in the order of their ids: {@link #ranges} are ranges of the ids' UTF-8 bytes. */
        IDS,
        /** The entries of {@link #index}: {@link #ranges} are ranges of their keys. */
        INDEX
    }

    /**
     * Tells whether few entries are in ranges of an index, so that reading and sorting them all is cheap. Asked only if an order without sorting is to be had as well.
     */
    @FunctionalInterface
    public interface Selectivity {
        boolean isNarrow(IndexDefinition index, List<KeyRange> ranges);
    }

    private final Access access;
    private final Optional<IndexDefinition> index;
    private final List<KeyRange> ranges;
    private final boolean narrowed;
    private final boolean ordered;
    private final boolean backward;
    private final Optional<Place> after;
    private final Optional<Expression> residual;
    private final int merit;

    /**
     * A place among the entries of an index, or among the ids.
     *
     * @param key the whole key, never cut; empty for ids
     * @param id UTF-8
     */
    public record Place(byte[] key, byte[] id) {}

    IndexPlan(
            Access access,
            Optional<IndexDefinition> index,
            List<KeyRange> ranges,
            boolean narrowed,
            boolean ordered,
            boolean backward,
            Optional<Place> after,
            Optional<Expression> residual,
            int merit) {
        this.access = access;
        this.index = index;
        this.ranges = List.copyOf(ranges);
        this.narrowed = narrowed;
        this.ordered = ordered;
        this.backward = backward;
        this.after = after;
        this.residual = residual;
        this.merit = merit;
    }

    /** The plan that reads least, as far as the query's form tells. */
    public static IndexPlan of(StoreQuery query, List<IndexDefinition> indexes) {
        return of(query, indexes, (index, ranges) -> true);
    }

    /** The plan that reads least, as far as the query's form and {@code selectivity} tell. */
    public static IndexPlan of(StoreQuery query, List<IndexDefinition> indexes, Selectivity selectivity) {
        Planner planner = new Planner(query);
        List<IndexPlan> plans = new ArrayList<>();
        plans.add(planner.byIds());
        indexes.forEach(index -> plans.add(planner.byIndex(index)));
        IndexPlan best = best(plans);
        if (best.ordered || best.index.isEmpty()) {
            return best;
        }
        List<IndexPlan> ordered = plans.stream().filter(IndexPlan::ordered).toList();
        boolean sorts = ordered.isEmpty() || selectivity.isNarrow(best.index.orElseThrow(), best.ranges);
        // Reading in order is the cheaper way of using the index that there is; so it counts as indexed.
        return sorts ? best : best(ordered).asNarrowed();
    }

    /** The key of {@code document}'s entry in {@code index}, cut if it is too long. */
    public static byte[] entryKey(IndexDefinition index, StoredDocument document) {
        return cut(OrderedKey.of(index.fields(), document));
    }

    static byte[] cut(byte[] key) {
        return key.length > Limits.INDEX_KEY_BYTES ? Arrays.copyOf(key, Limits.INDEX_KEY_BYTES) : key;
    }

    /** Whether an entry's key may have been cut, so that the order of such keys has to be looked up in the documents. */
    static boolean mayBeCut(byte[] entryKey) {
        return entryKey.length >= Limits.INDEX_KEY_BYTES;
    }

    private static IndexPlan best(List<IndexPlan> plans) {
        IndexPlan best = plans.get(0);
        for (IndexPlan plan : plans) {
            best = plan.merit > best.merit ? plan : best;
        }
        return best;
    }

    private IndexPlan asNarrowed() {
        return new IndexPlan(access, index, ranges, true, ordered, backward, after, residual, merit);
    }

    public Access access() {
        return access;
    }

    /** The index, if it is {@link Access#INDEX}. */
    public Optional<IndexDefinition> index() {
        return index;
    }

    /** Disjoint and ascending; documents outside don't match. */
    public List<KeyRange> ranges() {
        return ranges;
    }

    /** Whether the filter narrows what is read. */
    public boolean narrowed() {
        return narrowed;
    }

    /** Whether the documents come in the query's order, from behind {@link #after}. If not, {@link #after} is empty and the caller sorts and skips. */
    public boolean ordered() {
        return ordered;
    }

    /** Whether to read from the last range to the first, by descending keys (within a key by ascending ids), or by descending ids. */
    public boolean backward() {
        return backward;
    }

    /** Where to begin, that place itself excluded. */
    public Optional<Place> after() {
        return after;
    }

    /** What of the filter the ranges don't answer. */
    public Optional<Expression> residual() {
        return residual;
    }

    @Override
    public String toString() {
        return access + index.map(i -> " " + i).orElse("") + " " + ranges + (backward ? " backward" : "")
                + (ordered ? " ordered" : "") + residual.map(r -> " then " + r).orElse("");
    }

    static byte[] utf8(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }
}
