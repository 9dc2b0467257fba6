package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a {@code changes} subscriber was told, in order. Any thread. */
final class ChangeRecord implements Consumer<Value.Struct> {
    private final List<Seen> seen = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private String position = "";

    /** One change; {@code data} is there for a put. */
    record Seen(String op, String id, long revision, Optional<Value> data) {}

    @Override
    public synchronized void accept(Value.Struct event) {
        if (!event.findText("event").orElse("").equals("changes")) {
            faults.add("unexpected: " + event);
            return;
        }
        position = event.findText("position").orElseThrow();
        for (Value.Struct change : WatchedState.structs(event, "changes")) {
            seen.add(new Seen(
                    change.findText("op").orElseThrow(),
                    change.findText("id").orElseThrow(),
                    change.findInt("revision").orElseThrow(),
                    Optional.ofNullable(change.fields().get("data"))));
        }
    }

    synchronized List<Seen> seen() {
        return List.copyOf(seen);
    }

    synchronized int count() {
        return seen.size();
    }

    /** The last position it has seen. */
    synchronized String position() {
        return position;
    }

    /** What a subscriber must never see. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
