package io.patchbay.cli;

import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Value;
import io.patchbay.cli.transfer.Batch;
import io.patchbay.cli.transfer.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The node's end of one import. A chunk whose answer is lost is asked about and, if it was not written, sent again: the node and its store may be killed, restarted and swapped meanwhile.
 */
final class ImportTarget implements AutoCloseable {
    /** How long a node that has gone is waited for. */
    static final Duration NODE_WAIT = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofMillis(250);

    private final HomeOption home;
    private final Screen screen;
    private final String collection;
    private final String name;
    private final boolean replace;
    private Node node;

    ImportTarget(Node node, HomeOption home, Screen screen, String collection, String name, boolean replace) {
        this.node = node;
        this.home = home;
        this.screen = screen;
        this.collection = collection;
        this.name = name;
        this.replace = replace;
    }

    /** How far an import has come, as the node says it. */
    record State(String options, long rows, String digest, long written, long skipped, Optional<String> endedAt) {
        static State of(Value value) {
            Value.Struct state = (Value.Struct) value;
            return new State(
                    state.findText("options").orElse(""),
                    state.findInt("rows").orElse(0L),
                    state.findText("digest").orElse(""),
                    state.findInt("written").orElse(0L),
                    state.findInt("skipped").orElse(0L),
                    state.findText("endedAt"));
        }
    }

    Optional<State> find() {
        return ((Value.Struct) node.ask(request("import.find"))).find("state").map(State::of);
    }

    State begin(String options) {
        Value.Struct request = request("import.begin").with("options", Value.of(options));
        return State.of(((Value.Struct) node.ask(request)).fields().get("state"));
    }

    /** The places of those ids under which documents are. */
    List<Integer> findPresent(List<String> ids) {
        Value.Struct request = Value.struct(
                "op", Value.of("documents.present"), "collection", Value.of(collection), "ids", Value.texts(ids));
        return ((Value.Array) node.ask(request))
                .items().stream()
                        .map(place -> (int) ((Value.Int) place).value())
                        .toList();
    }

    private Value.Struct request(String op) {
        return Value.struct("op", Value.of(op), "collection", Value.of(collection), "name", Value.of(name));
    }

    /** What came of a chunk: how far the import is now; or the rows of the batch under whose ids documents are there, or that a hook refuses and why, and nothing was written. */
    record Answer(Optional<State> state, String position, List<Integer> present, Map<Integer, String> refused) {}

    /**
     * @param count how many of the batch's rows are meant
     * @param left those of them that are left out
     */
    Answer write(Batch batch, int count, Map<Integer, String> left) throws InterruptedException {
        List<Integer> sent = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            if (!left.containsKey(i)) {
                sent.add(i);
            }
        }
        byte[] request = encode(batch, count, sent);
        long through = batch.after() + count;
        long deadline = System.nanoTime() + NODE_WAIT.toNanos();
        for (boolean again = false; ; again = true) {
            RuntimeException failure;
            try {
                return answer((Value.Struct) node.ask(request), sent);
            } catch (NodeGone e) {
                failure = e;
            } catch (CommandException e) {
                // Behind an answer that was lost, a conflict may be with the chunk itself.
                if (!isRetryable(e) && !(again && e.code().equals("CONFLICT"))) {
                    throw e;
                }
                failure = e;
            }
            State now = awaitState(deadline, failure);
            if (now.rows() == through) {
                return new Answer(Optional.of(now), "", List.of(), Map.of());
            }
            if (now.rows() != batch.after()) {
                throw failure;
            }
        }
    }

    private static boolean isRetryable(CommandException e) {
        return e.details().find("retryable").equals(Optional.of(Value.TRUE));
    }

    /** How far the import is, as soon as somebody can say so. */
    private State awaitState(long deadline, RuntimeException failure) throws InterruptedException {
        RuntimeException last = failure;
        if (failure instanceof NodeGone gone && !node.isOffline()) {
            screen.note(gone.waiting());
        }
        while (System.nanoTime() - deadline < 0) {
            if (last instanceof NodeGone gone) {
                reconnect(deadline, gone);
            } else {
                TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            }
            try {
                return find().orElseThrow(() -> failure);
            } catch (NodeGone e) {
                last = e;
            } catch (CommandException e) {
                if (!isRetryable(e)) {
                    throw e;
                }
                last = e;
            }
        }
        throw failure;
    }

    private void reconnect(long deadline, NodeGone gone) throws InterruptedException {
        if (node.isOffline()) {
            throw gone;
        }
        node.close();
        while (System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            Optional<Node> again = findRunning();
            if (again.isPresent()) {
                node = again.get();
                return;
            }
        }
        throw gone;
    }

    /** Empty as well if one is there that takes no connection. */
    private Optional<Node> findRunning() {
        try {
            return Node.findRunning(home);
        } catch (NodeGone e) {
            return Optional.empty();
        }
    }

    private static Answer answer(Value.Struct reply, List<Integer> sent) {
        List<Integer> present = new ArrayList<>();
        if (reply.fields().get("present") instanceof Value.Array places) {
            places.items().forEach(place -> present.add(sent.get((int) ((Value.Int) place).value())));
        }
        Map<Integer, String> refused = new TreeMap<>();
        if (reply.fields().get("refused") instanceof Value.Array reasons) {
            for (Value reason : reasons.items()) {
                List<Value> placeAndWhy = ((Value.Array) reason).items();
                refused.put(
                        sent.get((int) ((Value.Int) placeAndWhy.get(0)).value()),
                        ((Value.Text) placeAndWhy.get(1)).value());
            }
        }
        return new Answer(
                reply.find("state").map(State::of), reply.findText("position").orElse(""), present, refused);
    }

    private byte[] encode(Batch batch, int count, List<Integer> sent) {
        CborWriter writer = new CborWriter()
                .startMap(10)
                .text("op")
                .text("import.write")
                .text("collection")
                .text(collection)
                .text("name")
                .text(name)
                .text("after")
                .integer(batch.after())
                .text("through")
                .integer(batch.after() + count)
                .text("digest")
                .text(batch.digest(count))
                .text("replace")
                .bool(replace)
                .text("skipped")
                .integer(count - sent.size())
                .text("last")
                .bool(batch.last() && count == batch.rows().size())
                .text("rows")
                .startArray(sent.size());
        for (int place : sent) {
            Row.Readable row = (Row.Readable) batch.rows().get(place);
            writer.startArray(2);
            row.id().ifPresentOrElse(writer::text, writer::nil);
            writer.raw(row.data());
        }
        return writer.toByteArray();
    }

    @Override
    public void close() {
        node.close();
    }
}
