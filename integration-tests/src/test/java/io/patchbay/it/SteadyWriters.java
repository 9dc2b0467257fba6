package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writers that outlive the node: each counts its own document up and adds an item in the same transaction, and knows what was acknowledged. A request that a kill left without a reply is sent again,
 * as it was, to the next node, whose answer tells that it was carried out exactly once.
 */
final class SteadyWriters implements AutoCloseable {
    static final String COLLECTION = "steady";
    private static final int WRITERS = 4;

    private final List<Writer> writers = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private List<Thread> threads = List.of();
    private volatile boolean stopping;

    SteadyWriters(Rest admin) {
        admin.post("/collections", Value.struct("name", Value.of(COLLECTION), "indexes", Value.array(Value.of("n"))))
                .expect(201);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer("writer-" + i, i % 2 == 0));
        }
    }

    /** One writer; its fields are written by the one thread that writes, and by the test between two nodes. */
    private static final class Writer {
        private final String name;
        private final boolean overWire;
        private volatile long acknowledged;
        private volatile Optional<Long> revision = Optional.empty();
        private volatile Optional<Value.Struct> withoutReply = Optional.empty();

        Writer(String name, boolean overWire) {
            this.name = name;
            this.overWire = overWire;
        }

        String item(long number) {
            return name + "-item-" + number;
        }

        /** The same request until it is answered. */
        Value.Struct next() {
            return withoutReply.orElseGet(() -> {
                Value.Struct count = put(name, Value.struct("n", Value.of(acknowledged + 1)));
                Value.Struct operation = revision.isPresent()
                        ? count.with("ifRevision", Value.of(revision.get()))
                        : count.with("ifAbsent", Value.TRUE);
                Value.Struct item = put(item(acknowledged + 1), Value.struct("text", Value.of("x".repeat(200))))
                        .with("ifAbsent", Value.TRUE);
                return Value.struct(
                        "operations", Value.array(operation, item), "key", Value.of(item(acknowledged + 1)));
            });
        }

        private static Value.Struct put(String id, Value.Struct data) {
            return Value.struct(
                    "op", Value.of("put"), "collection", Value.of(COLLECTION), "document", Value.of(id), "data", data);
        }

        void acknowledge(Value.Struct answer) {
            revision = WatchedState.structs(answer, "results").get(0).findInt("revision");
            acknowledged++;
            withoutReply = Optional.empty();
        }
    }

    /** Everything acknowledged is there, nothing is there twice or in part; then writes on until the node is gone or {@link #stop}. */
    void goOn(Rest admin) {
        assertThat(threads).as("writers still at work").noneMatch(Thread::isAlive);
        verify(admin);
        stopping = false;
        threads = writers.stream()
                .map(writer -> new Thread(() -> run(writer, admin), writer.name))
                .toList();
        threads.forEach(Thread::start);
    }

    private void run(Writer writer, Rest admin) {
        try (Wire wire = Wire.connect(admin)) {
            while (!stopping) {
                Value.Struct request = writer.next();
                writer.withoutReply = Optional.of(request);
                writer.acknowledge(writer.overWire ? overWire(wire, request) : overRest(admin, request));
            }
        } catch (Wire.ConnectionEnded | UncheckedIOException | CompletionException nodeIsGone) {
            // Expected; the request stays without a reply until the next node.
        } catch (RuntimeException | AssertionError e) {
            failures.add(writer.name + ": " + e);
        }
    }

    private static Value.Struct overWire(Wire wire, Value.Struct request) {
        return wire.ask(
                "transaction",
                "operations",
                request.fields().get("operations"),
                "key",
                request.fields().get("key"));
    }

    private static Value.Struct overRest(Rest admin, Value.Struct request) {
        Value body = Value.struct("operations", request.fields().get("operations"));
        return admin.post(
                        "/transactions",
                        body,
                        "Idempotency-Key",
                        request.findText("key").orElseThrow())
                .expect(200)
                .json();
    }

    /** Only when no writer is at work. */
    void verify(Rest admin) {
        assertThat(failures).as("failed writes").isEmpty();
        Map<String, Value> found = new HashMap<>();
        for (Value.Struct document : admin.all(COLLECTION, "limit=1000")) {
            assertThat(found.put(
                            document.findText("id").orElseThrow(),
                            document.fields().get("data")))
                    .as("listed twice: %s", document)
                    .isNull();
        }
        long items = 0;
        for (Writer writer : writers) {
            long count = found.get(writer.name) instanceof Value.Struct data
                    ? data.findInt("n").orElseThrow()
                    : 0;
            assertThat(count)
                    .as("%s counted to", writer.name)
                    .isBetween(writer.acknowledged, writer.acknowledged + (writer.withoutReply.isPresent() ? 1 : 0));
            for (long i = 1; i <= count; i++) {
                assertThat(found).as("%s", writer.name).containsKey(writer.item(i));
            }
            items += count;
        }
        assertThat(found.keySet().stream().filter(id -> id.contains("-item-")).count())
                .as("items")
                .isEqualTo(items);
    }

    long acknowledged() {
        return writers.stream().mapToLong(writer -> writer.acknowledged).sum();
    }

    void awaitProgress(int writes) {
        long from = acknowledged();
        await().until(() -> acknowledged() >= from + writes || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }

    /** After the node has ended. */
    void awaitEnd() {
        for (Thread thread : threads) {
            try {
                thread.join(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            assertThat(thread.isAlive()).as("%s still writes", thread.getName()).isFalse();
        }
        assertThat(failures).as("failed writes").isEmpty();
    }

    void stop() {
        stopping = true;
        awaitEnd();
    }

    @Override
    public void close() {
        stopping = true;
    }
}
