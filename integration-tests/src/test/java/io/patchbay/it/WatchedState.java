package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a {@code watch} subscriber holds; it applies events as docs/protocol.md says. Any thread. */
final class WatchedState implements Consumer<Value.Struct> {
    private final Map<String, Held> held = new HashMap<>();
    private final Map<String, Held> arriving = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private boolean snapshotTaken;
    private boolean stale;
    private String position = "";

    /** A document as the subscriber knows it. */
    record Held(long revision, Value data) {}

    @Override
    public synchronized void accept(Value.Struct event) {
        switch (event.findText("event").orElse("")) {
            case "snapshot" -> snapshot(event);
            case "changes" -> changes(event);
            case "reload" -> {
                stale = true;
                arriving.clear();
            }
            default -> faults.add("unexpected: " + event);
        }
    }

    private void snapshot(Value.Struct event) {
        for (Value.Struct item : structs(event, "items")) {
            arriving.put(item.findText("id").orElseThrow(), held(item));
        }
        if (event.fields().get("last").equals(Value.TRUE)) {
            held.clear();
            held.putAll(arriving);
            arriving.clear();
            snapshotTaken = true;
            stale = false;
            position = event.findText("position").orElseThrow();
        }
    }

    private void changes(Value.Struct event) {
        position = event.findText("position").orElseThrow();
        for (Value.Struct change : structs(event, "changes")) {
            String id = change.findText("id").orElseThrow();
            long revision = change.findInt("revision").orElseThrow();
            Held before = held.get(id);
            if (before != null && before.revision() >= revision) {
                faults.add(id + " went from revision " + before.revision() + " to " + revision);
            }
            if (change.findText("op").orElseThrow().equals("put")) {
                held.put(id, held(change));
            } else {
                held.remove(id);
            }
        }
    }

    private static Held held(Value.Struct document) {
        return new Held(
                document.findInt("revision").orElseThrow(), document.fields().get("data"));
    }

    static List<Value.Struct> structs(Value.Struct event, String field) {
        return ((Value.Array) event.fields().get(field))
                .items().stream().map(Value.Struct.class::cast).toList();
    }

    /** Whether a snapshot has come whole, and nothing says since that it is out of date. */
    synchronized boolean loaded() {
        return snapshotTaken && !stale;
    }

    synchronized Map<String, Held> held() {
        return Map.copyOf(held);
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
