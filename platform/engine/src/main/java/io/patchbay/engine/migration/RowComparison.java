package io.patchbay.engine.migration;

import io.patchbay.api.Limits;
import io.patchbay.api.migration.StoreDifference;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Pause;
import io.patchbay.engine.migration.Table.Side;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares the store that serves with another, row by row, while writes go on. One thread.
 *
 * <p>Both are read page by page in key order and merged. Since they are read at different moments, a row that is not alike is a suspicion only: it is read from the store that serves, then the other
 * is awaited to pass the position of that reading, then it is read there, and once more from the store that serves. If that still holds the same version, the other had to hold it too, and the
 * difference is real. Rows that are written each time they are looked at are looked at last, with the writers held for that moment.
 *
 * <p>While writes go on, it rests after each page for as long as the page took: it takes half of one core at most.
 */
final class RowComparison {
    private static final int LARGEST_PAGE = 1_000;
    private static final long PAGE_BYTES = 1L << 20;
    private static final int MOST_SUSPECTS = 500;
    private static final int LOOKS = 4;
    private static final int TELL_EVERY = 1_000;

    private final SwappableStore store;
    private final Level level;
    private final JobControl control;
    private final Consumer<StoreDifference> found;
    private long total;
    private long rows;
    private long restedOffset = -1;

    RowComparison(SwappableStore store, Level level, JobControl control, Consumer<StoreDifference> found) {
        this.store = store;
        this.level = level;
        this.control = control;
        this.found = found;
    }

    /** How many rows were compared. */
    long run() {
        List<Table<?>> tables = level.tables();
        total = tables.stream().mapToLong(Table::about).sum();
        tables.forEach(this::compare);
        return rows;
    }

    private <R> void compare(Table<R> table) {
        Rows<R> serving = new Rows<>(table, Side.SERVING);
        Rows<R> other = new Rows<>(table, Side.OTHER);
        List<R> suspects = new ArrayList<>();
        while (true) {
            R left = serving.peek();
            R right = other.peek();
            if (left == null && right == null) {
                settle(table, suspects);
                return;
            }
            int order = left == null ? 1 : right == null ? -1 : table.compareKeys(left, right);
            if (left != null && order <= 0) {
                serving.next();
            }
            if (right != null && order >= 0) {
                other.next();
            }
            if (left == null || right == null || order != 0) {
                suspects.add(order < 0 || right == null ? requireRow(left) : right);
            } else if (!table.differences(left, right).isEmpty()) {
                suspects.add(left);
            }
            if (suspects.size() >= MOST_SUSPECTS) {
                settle(table, suspects);
                suspects.clear();
            }
            if (++rows % TELL_EVERY == 0) {
                control.progress("comparing " + table.name(), rows, Math.max(total, rows), "rows");
            }
        }
    }

    private static <R> R requireRow(@Nullable R row) {
        if (row == null) {
            throw new IllegalStateException("one of the two is there");
        }
        return row;
    }

    private <R> void settle(Table<R> table, List<R> suspects) {
        List<R> left = new ArrayList<>(suspects);
        for (int look = 0; look < LOOKS && !left.isEmpty(); look++) {
            left = lookAgain(table, left);
        }
        if (!left.isEmpty()) {
            lookInPause(table, left);
        }
    }

    /** Returns those that were written meanwhile. */
    private <R> List<R> lookAgain(Table<R> table, List<R> suspects) {
        control.checkCancelled();
        long before = store.position().offset();
        List<Optional<R>> first = find(table, Side.SERVING, suspects);
        // What was read is durable, but perhaps of a batch that is not published yet; a pause comes behind it.
        awaitPassed(standing());
        List<Optional<R>> others = find(table, Side.OTHER, suspects);
        List<Optional<R>> second = find(table, Side.SERVING, suspects);
        long after = standing();
        List<R> moved = new ArrayList<>();
        for (int i = 0; i < suspects.size(); i++) {
            Optional<R> other = others.get(i);
            if (alike(table, first.get(i), other) || alike(table, second.get(i), other)) {
                continue;
            }
            boolean still = alike(table, first.get(i), second.get(i));
            // Twice not there: it may have come and gone in between, unless the other's version is older than that.
            boolean settled = still
                    && (first.get(i).isPresent() || isOutside(table.revision(other.orElseThrow()), before, after));
            if (settled) {
                tell(table, second.get(i), other);
            } else {
                moved.add(suspects.get(i));
            }
        }
        return moved;
    }

    /** No version that came after {@code before} and is not of the future. */
    private static boolean isOutside(OptionalLong revision, long before, long after) {
        return revision.isEmpty() || revision.getAsLong() <= before || revision.getAsLong() > after;
    }

    private <R> void lookInPause(Table<R> table, List<R> suspects) {
        awaitPassed(standing());
        Map<Integer, Optional<R>> serving = new HashMap<>();
        Map<Integer, Optional<R>> other = new HashMap<>();
        try (Pause pause = store.pause(Limits.WRITER_WAIT)) {
            level.look(pause.standing(), () -> {
                for (int i = 0; i < suspects.size(); i++) {
                    serving.put(i, table.find(Side.SERVING, suspects.get(i)));
                    other.put(i, table.find(Side.OTHER, suspects.get(i)));
                }
            });
        }
        for (int i = 0; i < suspects.size(); i++) {
            Optional<R> left = serving.getOrDefault(i, Optional.empty());
            Optional<R> right = other.getOrDefault(i, Optional.empty());
            if (!alike(table, left, right)) {
                tell(table, left, right);
            }
        }
    }

    private long standing() {
        try (Pause pause = store.pause(Limits.WRITER_WAIT)) {
            return pause.standing().offset();
        }
    }

    private void awaitPassed(long offset) {
        level.awaitPassed(offset, control);
    }

    private static <R> List<Optional<R>> find(Table<R> table, Side side, List<R> rows) {
        return rows.stream().map(row -> table.find(side, row)).toList();
    }

    private static <R> boolean alike(Table<R> table, Optional<R> left, Optional<R> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return left.isEmpty() == right.isEmpty();
        }
        return table.differences(left.get(), right.get()).isEmpty();
    }

    private <R> void tell(Table<R> table, Optional<R> serving, Optional<R> other) {
        R row = serving.or(() -> other).orElseThrow();
        List<String> differs;
        if (serving.isPresent() && other.isPresent()) {
            differs = table.differences(serving.get(), other.get());
        } else if (table.mayBeAlone(row)) {
            return;
        } else {
            differs = List.of(serving.isPresent() ? StoreDifference.MISSING : StoreDifference.EXTRA);
        }
        found.accept(new StoreDifference(
                table.name(),
                table.collection(row),
                table.id(row),
                table.revision(row).orElse(0),
                differs));
    }

    /** Leaves the machine to the writers, if there are any. */
    private void rest(long nanos) {
        control.checkCancelled();
        long now = store.position().offset();
        if (now != restedOffset) {
            restedOffset = now;
            LockSupport.parkNanos(nanos);
        }
    }

    /** The rows of one side, a page at a time. */
    private final class Rows<R> {
        private final Table<R> table;
        private final Side side;
        private final Pages pages = new Pages(LARGEST_PAGE, PAGE_BYTES);
        private final Queue<R> page = new ArrayDeque<>();
        private Optional<R> last = Optional.empty();
        private boolean ended;

        Rows(Table<R> table, Side side) {
            this.table = table;
            this.side = side;
        }

        @Nullable
        R peek() {
            if (page.isEmpty() && !ended) {
                fetch();
            }
            return page.peek();
        }

        void next() {
            page.remove();
        }

        private void fetch() {
            long began = System.nanoTime();
            int asked = pages.rows();
            List<R> rows = table.page(side, last, asked);
            // What comes behind a short page was written since, and whoever chased it would never end.
            ended = table.isBounded() ? rows.isEmpty() : rows.size() < asked;
            if (!rows.isEmpty()) {
                page.addAll(rows);
                last = Optional.of(rows.get(rows.size() - 1));
                pages.had(rows.size(), rows.stream().mapToLong(table::bytes).sum());
            }
            rest(System.nanoTime() - began);
        }
    }
}
