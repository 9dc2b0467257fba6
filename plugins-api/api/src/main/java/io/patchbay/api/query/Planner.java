package io.patchbay.api.query;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.query.IndexPlan.Access;
import io.patchbay.api.query.IndexPlan.Place;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the plans of one query. */
final class Planner {
    private static final int MERIT_EQUAL_FIELD = 4;
    private static final int MERIT_RANGE = 2;
    private static final int MERIT_ORDER = 1;
    private static final int MERIT_FEW_IDS = 1000;

    private final List<Expression> conjuncts;
    private final List<Bounds> bounds;
    private final Map<FieldPath, KeySet> sets;
    private final Optional<SeekKey> after;
    /** What is left of the sort without fields that have the same value in every match, or come twice, or come behind the id. */
    private final List<SortField> sort = new ArrayList<>();
    /** The keys of {@code after}, by field of {@link #sort}. */
    private final Map<FieldPath, byte[]> afterKeys = new HashMap<>();
    /** The cursor lies where no match can be, so it belongs to another filter; then the caller sorts and skips. */
    private boolean afterIsForeign;

    Planner(StoreQuery query) {
        conjuncts = query.filter().map(Bounds::conjuncts).orElse(List.of());
        bounds = conjuncts.stream().map(Bounds::of).toList();
        sets = bounds.stream().reduce(new Bounds(Map.of(), true), Bounds::and).sets();
        after = query.after();
        simplifySort(query.sort());
    }

    private void simplifySort(List<SortField> fields) {
        Set<FieldPath> seen = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            SortField field = fields.get(i);
            Optional<byte[]> key = seekKey(i);
            if (!seen.add(field.path())) {
                continue;
            }
            if (isConstant(field.path())) {
                byte[] constant = constantKey(field);
                afterIsForeign |= key.isPresent() && !Arrays.equals(key.get(), constant);
                continue;
            }
            sort.add(field);
            key.ifPresent(bytes -> afterKeys.put(field.path(), bytes));
            if (field.path().equals(Bounds.ID)) {
                return;
            }
        }
    }

    private Optional<byte[]> seekKey(int field) {
        // A key too few is a foreign cursor as well.
        afterIsForeign |= after.isPresent() && after.get().keys().size() <= field;
        return afterIsForeign
                ? Optional.empty()
                : after.map(place -> place.keys().get(field));
    }

    private boolean isConstant(FieldPath field) {
        return sets.containsKey(field) && sets.get(field).isConstant();
    }

    private byte[] constantKey(SortField field) {
        byte[] key = sets.get(field.path()).ranges().get(0).from();
        return field.descending() ? OrderedKey.complement(key) : key;
    }

    /** By ids, if only by all of them. */
    IndexPlan byIds() {
        boolean narrowed = sets.containsKey(Bounds.ID);
        List<KeyRange> ranges = narrowed ? IdRanges.of(sets.get(Bounds.ID)) : List.of(KeyRange.ALL);
        boolean points = narrowed && sets.get(Bounds.ID).isPoints();
        boolean byId = sort.isEmpty() || sort.get(0).path().equals(Bounds.ID);
        boolean backward = byId && !sort.isEmpty() && sort.get(0).descending();
        boolean ordered = byId && !afterIsForeign;
        int merit = (points ? MERIT_FEW_IDS : narrowed ? MERIT_RANGE : 0) + (ordered ? MERIT_ORDER : 0);
        Optional<Place> place =
                after.filter(seek -> ordered).map(seek -> new Place(new byte[0], IndexPlan.utf8(seek.id())));
        Optional<Expression> residual = residual(narrowed ? Set.of(Bounds.ID) : Set.of());
        return new IndexPlan(
                Access.IDS, Optional.empty(), ranges, narrowed, ordered, backward && ordered, place, residual, merit);
    }

    IndexPlan byIndex(IndexDefinition index) {
        IndexRanges ranges = IndexRanges.of(index, sets);
        Optional<Boolean> direction = afterIsForeign ? Optional.empty() : findDirection(index);
        boolean ordered = direction.isPresent();
        int merit = ranges.equalFields() * MERIT_EQUAL_FIELD
                + (ranges.hasRange() ? MERIT_RANGE : 0)
                + (ordered ? MERIT_ORDER : 0);
        boolean narrowed = ranges.equalFields() > 0 || ranges.hasRange();
        // The order alone recommends an index only if ids don't give it.
        int useful = narrowed || !sort.isEmpty() ? merit : 0;
        boolean backward = direction.orElse(false);
        Optional<Place> place =
                after.filter(seek -> ordered).map(seek -> new Place(placeKey(index), IndexPlan.utf8(seek.id())));
        return new IndexPlan(
                Access.INDEX,
                Optional.of(index),
                ranges.ranges(),
                narrowed,
                ordered,
                backward,
                place,
                residual(ranges.answered()),
                useful);
    }

    /** Whether the index's order, forward (false) or backward (true), is the query's; empty if neither is. */
    private Optional<Boolean> findDirection(IndexDefinition index) {
        List<SortField> wanted = new ArrayList<>(sort);
        if (!wanted.isEmpty() && wanted.get(wanted.size() - 1).equals(new SortField(Bounds.ID, false))) {
            wanted.remove(wanted.size() - 1);
        }
        Set<FieldPath> seen = new HashSet<>();
        List<SortField> varying = index.fields().stream()
                .filter(field -> seen.add(field.path()) && !isConstant(field.path()))
                .toList();
        if (varying.equals(wanted)) {
            return Optional.of(false);
        }
        List<SortField> reversed = varying.stream()
                .map(field -> new SortField(field.path(), !field.descending()))
                .toList();
        return reversed.equals(wanted) ? Optional.of(true) : Optional.empty();
    }

    private byte[] placeKey(IndexDefinition index) {
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        Map<FieldPath, byte[]> ascending = new HashMap<>();
        for (SortField field : sort) {
            byte[] given = afterKeys.get(field.path());
            ascending.put(field.path(), field.descending() ? OrderedKey.complement(given) : given);
        }
        for (SortField field : index.fields()) {
            byte[] value = isConstant(field.path())
                    ? sets.get(field.path()).ranges().get(0).from()
                    : ascending.get(field.path());
            key.writeBytes(field.descending() ? OrderedKey.complement(value) : value);
        }
        return key.toByteArray();
    }

    private Optional<Expression> residual(Set<FieldPath> answered) {
        List<Expression> left = new ArrayList<>();
        for (int i = 0; i < conjuncts.size(); i++) {
            if (!bounds.get(i).exact()
                    || !answered.containsAll(bounds.get(i).sets().keySet())) {
                left.add(conjuncts.get(i));
            }
        }
        return left.stream().reduce((a, b) -> Expression.Call.of(Expression.Function.AND, a, b));
    }
}
