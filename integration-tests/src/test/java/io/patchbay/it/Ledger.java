package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the writers of a test were told is written: the truth against which the node is measured. Any thread.
 *
 * <p>A revision is its transaction's place in the order of all, so the writes in that order are the history, and from it follows what every subscriber must have seen, without asking the node.
 */
final class Ledger {
    private final List<Entry> entries = new ArrayList<>();

    /**
     * One acknowledged change of a document.
     *
     * @param place among the changes of its transaction
     * @param data empty if it was deleted
     */
    record Entry(long revision, int place, String id, Optional<Value.Struct> data) {}

    synchronized void put(long revision, int place, String id, Value.Struct data) {
        entries.add(new Entry(revision, place, id, Optional.of(data)));
    }

    synchronized void delete(long revision, String id) {
        entries.add(new Entry(revision, 0, id, Optional.empty()));
    }

    synchronized int size() {
        return entries.size();
    }

    /** In the order of their revisions. */
    synchronized List<Entry> history() {
        return entries.stream()
                .sorted(Comparator.comparingLong(Entry::revision).thenComparing(Entry::place))
                .toList();
    }

    /** The documents at the end, as a watcher of {@code wanted} must hold them. */
    Map<String, WatchedState.Held> state(Predicate<Value.Struct> wanted) {
        Map<String, WatchedState.Held> state = new HashMap<>();
        for (Entry entry : history()) {
            if (entry.data().filter(wanted).isPresent()) {
                state.put(
                        entry.id(),
                        new WatchedState.Held(entry.revision(), entry.data().get()));
            } else {
                state.remove(entry.id());
            }
        }
        return state;
    }

    /** What a subscriber to the changes of {@code wanted} must have seen since the beginning. */
    List<ChangeRecord.Seen> changes(Predicate<Value.Struct> wanted) {
        List<ChangeRecord.Seen> changes = new ArrayList<>();
        Map<String, Boolean> matched = new HashMap<>();
        for (Entry entry : history()) {
            boolean before = matched.getOrDefault(entry.id(), false);
            boolean after = entry.data().filter(wanted).isPresent();
            matched.put(entry.id(), after);
            if (after) {
                changes.add(new ChangeRecord.Seen(
                        "put",
                        entry.id(),
                        entry.revision(),
                        Optional.of(entry.data().get())));
            } else if (before) {
                changes.add(new ChangeRecord.Seen(
                        entry.data().isPresent() ? "remove" : "delete",
                        entry.id(),
                        entry.revision(),
                        Optional.empty()));
            }
        }
        return changes;
    }
}
