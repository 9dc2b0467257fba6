package io.patchbay.api.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** A set of one field's values, as disjoint ranges of their ascending keys, in order. */
record KeySet(List<KeyRange> ranges) {
    KeySet {
        ranges = List.copyOf(ranges);
    }

    static KeySet of(KeyRange range) {
        return new KeySet(range.isEmpty() ? List.of() : List.of(range));
    }

    /** Those with a key from {@code from} to before {@code to}, both of one byte. */
    static KeySet ofKinds(byte from, byte to) {
        return of(new KeyRange(new byte[] {from}, new byte[] {to}, false));
    }

    /** Sorts, and merges what overlaps. */
    static KeySet union(Collection<KeyRange> ranges) {
        List<KeyRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparing(KeyRange::from, Arrays::compareUnsigned));
        List<KeyRange> merged = new ArrayList<>();
        for (KeyRange range : sorted) {
            KeyRange last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || Arrays.compareUnsigned(last.to(), range.from()) <= 0) {
                merged.add(range);
            } else if (!last.equals(range)) {
                merged.set(merged.size() - 1, new KeyRange(last.from(), KeyRange.larger(last.to(), range.to()), false));
            }
        }
        return new KeySet(merged);
    }

    KeySet or(KeySet other) {
        List<KeyRange> both = new ArrayList<>(ranges);
        both.addAll(other.ranges);
        return union(both);
    }

    KeySet and(KeySet other) {
        List<KeyRange> common = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < ranges.size() && j < other.ranges.size()) {
            KeyRange a = ranges.get(i);
            KeyRange b = other.ranges.get(j);
            KeyRange both = new KeyRange(
                    KeyRange.larger(a.from(), b.from()), KeyRange.smaller(a.to(), b.to()), a.point() || b.point());
            if (!both.isEmpty()) {
                common.add(both);
            }
            if (Arrays.compareUnsigned(a.to(), b.to()) < 0) {
                i++;
            } else {
                j++;
            }
        }
        return new KeySet(common);
    }

    KeySet descending() {
        List<KeyRange> reversed = new ArrayList<>(ranges.size());
        for (int i = ranges.size() - 1; i >= 0; i--) {
            reversed.add(ranges.get(i).descending());
        }
        return new KeySet(reversed);
    }

    boolean isPoints() {
        return ranges.stream().allMatch(KeyRange::point);
    }

    /** Whether every document in it has the same value. */
    boolean isConstant() {
        return ranges.size() == 1 && ranges.get(0).point();
    }
}
