package io.patchbay.api.query;

import io.patchbay.api.Limits;
import io.patchbay.api.document.IndexDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ranges of an index's keys that sets of its fields' values come to.
 *
 * @param equalFields how many of the first fields have single values
 * @param hasRange whether the field behind them is narrowed too
 * @param answered the fields whose sets the ranges hold exactly
 */
record IndexRanges(List<KeyRange> ranges, int equalFields, boolean hasRange, Set<FieldPath> answered) {
    static IndexRanges of(IndexDefinition index, Map<FieldPath, KeySet> sets) {
        List<KeyRange> ranges = List.of(KeyRange.ALL);
        int equalFields = 0;
        boolean hasRange = false;
        Set<FieldPath> answered = new HashSet<>();
        for (SortField field : index.fields()) {
            KeySet set = sets.get(field.path());
            if (set == null) {
                break;
            }
            KeySet directed = field.descending() ? set.descending() : set;
            boolean fits = (long) ranges.size() * directed.ranges().size() <= IndexPlan.RANGES;
            ranges = extend(ranges, fits ? directed : hull(directed));
            if (fits) {
                answered.add(field.path());
            }
            if (!fits || !set.isPoints()) {
                hasRange = true;
                break;
            }
            equalFields++;
        }
        boolean cut = ranges.stream().anyMatch(IndexRanges::isTooLong);
        List<KeyRange> kept = cut
                ? KeySet.union(ranges.stream().map(IndexRanges::cut).toList()).ranges()
                : ranges;
        return new IndexRanges(kept, equalFields, hasRange, cut ? Set.of() : answered);
    }

    private static List<KeyRange> extend(List<KeyRange> prefixes, KeySet set) {
        List<KeyRange> extended = new ArrayList<>(prefixes.size() * set.ranges().size());
        for (KeyRange prefix : prefixes) {
            set.ranges().forEach(range -> extended.add(range.behind(prefix.from())));
        }
        return extended;
    }

    private static KeySet hull(KeySet set) {
        List<KeyRange> ranges = set.ranges();
        return KeySet.of(
                new KeyRange(ranges.get(0).from(), ranges.get(ranges.size() - 1).to(), false));
    }

    private static boolean isTooLong(KeyRange range) {
        return range.from().length > Limits.INDEX_KEY_BYTES || range.to().length > Limits.INDEX_KEY_BYTES;
    }

    private static KeyRange cut(KeyRange range) {
        byte[] to = range.to();
        byte[] behind = to.length > Limits.INDEX_KEY_BYTES
                ? OrderedKey.behindPrefix(IndexPlan.cut(to)).orElse(KeyRange.INFINITY)
                : to;
        return new KeyRange(IndexPlan.cut(range.from()), behind, false);
    }
}
