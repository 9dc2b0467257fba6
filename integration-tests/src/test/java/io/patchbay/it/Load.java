package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Clients at work on one collection: {@link #CLIENTS} write, as many read, {@link #SUBSCRIBERS} are subscribed; half of each over REST where it can be. Nothing may fail; what does is kept in
 * {@link #failures}.
 */
final class Load implements AutoCloseable {
    static final String COLLECTION = "load";
    static final int CLIENTS = 8;
    static final int SUBSCRIBERS = 50;
    private static final int COUNTERS = 4;
    private static final int FAILURES_KEPT = 20;
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final Rest admin;
    private final String beginning;
    private final Ledger ledger = new Ledger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final LongAdder calls = new LongAdder();
    private final LongAdder increments = new LongAdder();
    private final AtomicLong longestWriteNanos = new AtomicLong();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(3 * CLIENTS);
    private final List<Wire> wires = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private int writers = CLIENTS;
    private volatile boolean stopping;

    /** Somebody who follows the state, or the changes, of what interests him. */
    private record Watcher(Interest interest, WatchedState state) {}

    private record Subscriber(Interest interest, ChangeRecord record) {}

    Load(Rest admin) {
        this.admin = admin;
        admin.post(
                        "/collections",
                        Value.struct(
                                "name",
                                Value.of(COLLECTION),
                                "indexes",
                                Value.array(Value.of("n"), Value.texts(List.of("kind", "group")))))
                .expect(201);
        try (Wire first = Wire.connect(admin)) {
            beginning = first.subscribe(0, "changes", COLLECTION, Optional.empty(), Optional.empty(), nothing -> {});
        }
        for (int i = 0; i < COUNTERS; i++) {
            Value.Struct data = Value.struct(
                    "kind",
                    Value.of("counter"),
                    "group",
                    Value.of(0),
                    "n",
                    Value.of(0),
                    "writer",
                    Value.of(-1),
                    "label",
                    Value.of("c" + i));
            Value.Struct put = admin.put(path("counter-" + i), data, "If-None-Match", "*")
                    .expect(201)
                    .json();
            ledger.put(put.findInt("revision").orElseThrow(), 0, "counter-" + i, data);
        }
        subscribe();
    }

    static String path(String id) {
        return "/collections/" + COLLECTION + "/documents/" + id;
    }

    private Wire connect() {
        Wire wire = Wire.connect(admin);
        wires.add(wire);
        return wire;
    }

    /** Watchers find the counters in their snapshot; the others resume from before these were created, and so see them too. */
    private void subscribe() {
        for (int i = 0; i < SUBSCRIBERS / 2; i++) {
            Interest interest = Interest.number(i);
            connect().subscribe(1, "watch", COLLECTION, interest.filter(), Optional.empty(), watcher(interest));
            connect()
                    .subscribe(
                            2, "changes", COLLECTION, interest.filter(), Optional.of(beginning), subscriber(interest));
        }
        awaitWatchers();
    }

    /** One more who must know at the end what the ledger says, however it comes to him. */
    WatchedState watcher(Interest interest) {
        WatchedState state = new WatchedState();
        watchers.add(new Watcher(interest, state));
        return state;
    }

    /** One more who must have been told every change since {@link #beginning}, once and in order, however it comes to him. */
    ChangeRecord subscriber(Interest interest) {
        ChangeRecord record = new ChangeRecord();
        subscribers.add(new Subscriber(interest, record));
        return record;
    }

    /** The position before the first document. */
    String beginning() {
        return beginning;
    }

    /** Until each has its first state. */
    void awaitWatchers() {
        await().atMost(SETTLE)
                .until(() ->
                        watchers.stream().allMatch(watcher -> watcher.state().loaded()));
    }

    void start(long seed, int writesPerSecond) {
        long everyMicros = 1_000_000L * CLIENTS / writesPerSecond;
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(seed + i);
            Runnable writer = i % 2 == 0
                    ? new Writer(i, random, new WireWrites(connect()))
                    : new Writer(i, random, new RestWrites(admin));
            threads.scheduleAtFixedRate(
                    guarded("writer " + i, writer), i * everyMicros / CLIENTS, everyMicros, TimeUnit.MICROSECONDS);
            threads.scheduleAtFixedRate(
                    guarded("reader " + i, new Reader(i, i % 2 == 0)), 10, 50, TimeUnit.MILLISECONDS);
        }
    }

    /** One more who writes, of a kind of its own. */
    void addWriter(Random random, Writes writes, Duration every) {
        repeat("writer " + writers, new Writer(writers, random, writes), every);
        writers++;
    }

    /** Something else that clients do all the time, and that must never fail. */
    void repeat(String who, Runnable work, Duration every) {
        threads.scheduleAtFixedRate(guarded(who, work), 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Runnable guarded(String who, Runnable work) {
        return () -> {
            if (stopping) {
                return;
            }
            try {
                work.run();
            } catch (RuntimeException | AssertionError e) {
                if (failures.size() < FAILURES_KEPT) {
                    failures.add(who + ": " + e);
                }
            }
        };
    }

    /** How one client writes. Used by one thread at a time. */
    interface Writes {
        Value.Struct get(String id);

        /** Returns the new revision, or -1 if the document has another revision than {@code revision}. */
        long replace(String id, Value.Struct data, long revision);

        long create(String id, Value.Struct data, String key);

        long change(String id, Value.Struct patch);

        long delete(String id);

        /** Creates all in one transaction; returns its revision. */
        long createAll(List<String> ids, List<Value.Struct> data);

        /** Whether {@link #createAll} can be had. */
        default boolean transactions() {
            return true;
        }
    }

    private final class Writer implements Runnable {
        private final int number;
        private final Random random;
        private final Writes writes;
        private final List<String> own = new ArrayList<>();
        private final Map<String, Value.Struct> data = new HashMap<>();
        private int made;

        Writer(int number, Random random, Writes writes) {
            this.number = number;
            this.random = random;
            this.writes = writes;
        }

        @Override
        public void run() {
            int dice = random.nextInt(100);
            if (dice < 50) {
                increment("counter-" + random.nextInt(COUNTERS));
            } else if (dice < 75 || own.isEmpty()) {
                insert();
            } else if (dice < 80 && writes.transactions()) {
                insertTwo();
            } else if (dice < 93) {
                change(own.get(random.nextInt(own.size())));
            } else {
                delete(own.remove(random.nextInt(own.size())));
            }
        }

        private void increment(String counter) {
            while (true) {
                Value.Struct read = writes.get(counter);
                Value.Struct before = (Value.Struct) read.fields().get("data");
                Value.Struct after =
                        before.with("n", Value.of(before.findInt("n").orElseThrow() + 1));
                long revision = timed(() ->
                        writes.replace(counter, after, read.findInt("revision").orElseThrow()));
                if (revision >= 0) {
                    increments.increment();
                    ledger.put(revision, 0, counter, after);
                    return;
                }
            }
        }

        private void insert() {
            String id = "w" + number + "-" + made++;
            Value.Struct item = item();
            ledger.put(timed(() -> writes.create(id, item, beginning + "/" + id)), 0, id, item);
            keep(id, item);
        }

        private void insertTwo() {
            List<String> ids = List.of("w" + number + "-" + made++, "w" + number + "-" + made++);
            List<Value.Struct> items = List.of(item(), item());
            long revision = timed(() -> writes.createAll(ids, items));
            for (int i = 0; i < 2; i++) {
                ledger.put(revision, i, ids.get(i), items.get(i));
                keep(ids.get(i), items.get(i));
            }
        }

        private void keep(String id, Value.Struct item) {
            own.add(id);
            data.put(id, item);
        }

        private void change(String id) {
            Value n = Value.of(random.nextInt(1000));
            Value.Struct after = data.get(id).with("n", n);
            ledger.put(timed(() -> writes.change(id, Value.struct("n", n))), 0, id, after);
            data.put(id, after);
        }

        private void delete(String id) {
            ledger.delete(timed(() -> writes.delete(id)), id);
        }

        private Value.Struct item() {
            return Value.struct(
                    "kind", Value.of("item"),
                    "group", Value.of(random.nextInt(6)),
                    "n", Value.of(random.nextInt(1000)),
                    "writer", Value.of(number),
                    "label", Value.of((random.nextBoolean() ? "ü" : "z") + random.nextInt(100)));
        }

        private long timed(LongSupplier write) {
            long began = System.nanoTime();
            long revision = write.getAsLong();
            longestWriteNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
            calls.increment();
            return revision;
        }
    }

    private record RestWrites(Rest rest) implements Writes {
        @Override
        public Value.Struct get(String id) {
            return rest.get(path(id)).expect(200).json();
        }

        @Override
        public long replace(String id, Value.Struct data, long revision) {
            Rest.Answer answer = rest.put(path(id), data, "If-Match", "\"" + revision + "\"");
            return answer.status() == 412 ? -1 : revision(answer.expect(200).json());
        }

        @Override
        public long create(String id, Value.Struct data, String key) {
            return revision(rest.put(path(id), data, "If-None-Match", "*", "Idempotency-Key", key)
                    .expect(201)
                    .json());
        }

        @Override
        public long change(String id, Value.Struct patch) {
            return revision(rest.patch(path(id), patch).expect(200).json());
        }

        @Override
        public long delete(String id) {
            Value delete = Value.struct(
                    "op", Value.of("delete"), "collection", Value.of(COLLECTION), "document", Value.of(id));
            return transaction(Value.array(delete));
        }

        @Override
        public long createAll(List<String> ids, List<Value.Struct> data) {
            return transaction(creations(ids, data));
        }

        private long transaction(Value.Array operations) {
            return firstRevision(rest.post("/transactions", Value.struct("operations", operations))
                    .expect(200)
                    .json());
        }
    }

    private record WireWrites(Wire wire) implements Writes {
        @Override
        public Value.Struct get(String id) {
            return (Value.Struct) wire.ask("get", "collection", Value.of(COLLECTION), "document", Value.of(id))
                    .fields()
                    .get("document");
        }

        @Override
        public long replace(String id, Value.Struct data, long revision) {
            try {
                return revision(wire.ask(
                        "put",
                        "collection",
                        Value.of(COLLECTION),
                        "document",
                        Value.of(id),
                        "data",
                        data,
                        "ifRevision",
                        Value.of(revision)));
            } catch (Wire.Refused refused) {
                if (refused.code().equals("REVISION_CONFLICT")) {
                    return -1;
                }
                throw refused;
            }
        }

        @Override
        public long create(String id, Value.Struct data, String key) {
            return revision(wire.ask(
                    "put",
                    "collection",
                    Value.of(COLLECTION),
                    "document",
                    Value.of(id),
                    "data",
                    data,
                    "ifAbsent",
                    Value.TRUE,
                    "key",
                    Value.of(key)));
        }

        @Override
        public long change(String id, Value.Struct patch) {
            return revision(
                    wire.ask("patch", "collection", Value.of(COLLECTION), "document", Value.of(id), "patch", patch));
        }

        @Override
        public long delete(String id) {
            return revision(wire.ask("delete", "collection", Value.of(COLLECTION), "document", Value.of(id)));
        }

        @Override
        public long createAll(List<String> ids, List<Value.Struct> data) {
            return firstRevision(wire.ask("transaction", "operations", creations(ids, data)));
        }
    }

    private static Value.Array creations(List<String> ids, List<Value.Struct> data) {
        List<Value> operations = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            operations.add(Value.struct(
                    "op",
                    Value.of("put"),
                    "collection",
                    Value.of(COLLECTION),
                    "document",
                    Value.of(ids.get(i)),
                    "data",
                    data.get(i),
                    "ifAbsent",
                    Value.TRUE));
        }
        return new Value.Array(operations);
    }

    private static long revision(Value.Struct answer) {
        return answer.findInt("revision").orElseThrow();
    }

    private static long firstRevision(Value.Struct transaction) {
        return revision(WatchedState.structs(transaction, "results").get(0));
    }

    /** Reads a counter, which must never go back, and a filtered page, of which every document must match. */
    private final class Reader implements Runnable {
        private final String counter;
        private final Optional<Wire> wire;
        private long last;
        private int round;

        Reader(int number, boolean overWire) {
            this.counter = "counter-" + number % COUNTERS;
            // Nothing moves on a connection that nobody uses, and the node would close it after a while.
            this.wire = overWire ? Optional.of(connect()) : Optional.empty();
        }

        @Override
        public void run() {
            calls.increment();
            if (round++ % 3 == 0) {
                query();
            } else {
                Writes client = wire.isPresent() ? new WireWrites(wire.get()) : new RestWrites(admin);
                Value.Struct read = client.get(counter);
                long n = ((Value.Struct) read.fields().get("data")).findInt("n").orElseThrow();
                assertThat(n).as(counter).isGreaterThanOrEqualTo(last);
                last = n;
            }
        }

        private void query() {
            Interest interest = Interest.number(2 + round / 3 % 3);
            String filter = interest.filter().orElseThrow();
            List<Value.Struct> items = wire.isPresent()
                    ? WatchedState.structs(
                            wire.get()
                                    .ask(
                                            "query",
                                            "collection",
                                            Value.of(COLLECTION),
                                            "filter",
                                            Value.of(filter),
                                            "sort",
                                            Value.of("-n")),
                            "items")
                    : admin.get("/collections/" + COLLECTION + "/documents?sort=-n&filter=" + Rest.encode(filter))
                            .expect(200)
                            .items();
            assertThat(items)
                    .as(filter)
                    .allMatch(item ->
                            interest.wanted().test((Value.Struct) item.fields().get("data")));
        }
    }

    /** The longest that a write took since this was last asked. */
    Duration takeLongestWrite() {
        return Duration.ofNanos(longestWriteNanos.getAndSet(0));
    }

    long calls() {
        return calls.sum();
    }

    int acknowledgedWrites() {
        return ledger.size();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Lets the clients end what they are at. */
    void stopClients() {
        stopping = true;
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(SETTLE.toSeconds(), TimeUnit.SECONDS))
                    .as("clients still at work")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Everything that must be true once the clients have stopped. */
    void verify() {
        assertThat(failures).as("failed calls").isEmpty();
        assertThat(wires.stream().map(wire -> wire.ended().getNow("")))
                .as("why connections ended")
                .containsOnly("");
        verifyDocuments(admin);
        long counted =
                ledger.state(document -> document.findText("kind").equals(Optional.of("counter"))).values().stream()
                        .mapToLong(held ->
                                ((Value.Struct) held.data()).findInt("n").orElseThrow())
                        .sum();
        assertThat(counted).as("increments").isEqualTo(increments.sum());
        for (Watcher watcher : watchers) {
            var filter = watcher.interest().filter();
            var expected = ledger.state(watcher.interest().wanted());
            await("watcher of " + filter)
                    .atMost(SETTLE)
                    .untilAsserted(() -> assertThat(watcher.state().held()).isEqualTo(expected));
            assertThat(watcher.state().faults()).as("watcher of %s", filter).isEmpty();
        }
        for (Subscriber subscriber : subscribers) {
            verifyChanges(subscriber.record(), subscriber.interest());
        }
    }

    private void verifyChanges(ChangeRecord record, Interest interest) {
        List<ChangeRecord.Seen> expected = ledger.changes(interest.wanted());
        await("changes of " + interest.filter())
                .atMost(SETTLE)
                .untilAsserted(() -> assertThat(record.count()).isGreaterThanOrEqualTo(expected.size()));
        assertThat(record.faults()).as("changes of %s", interest.filter()).isEmpty();
        List<ChangeRecord.Seen> seen = record.seen();
        for (int i = 0; i < Math.min(seen.size(), expected.size()); i++) {
            assertThat(seen.get(i)).as("change %d of %s", i, interest.filter()).isEqualTo(expected.get(i));
        }
        assertThat(seen).as("changes of %s", interest.filter()).hasSameSizeAs(expected);
    }

    /** Every acknowledged write is there, once, and nothing else. */
    void verifyDocuments(Rest client) {
        var found = new HashMap<String, WatchedState.Held>();
        for (Value.Struct document : client.all(COLLECTION, "limit=1000")) {
            var held =
                    new WatchedState.Held(revision(document), document.fields().get("data"));
            assertThat(found.put(document.findText("id").orElseThrow(), held))
                    .as("listed twice: %s", document)
                    .isNull();
        }
        assertThat(found).isEqualTo(ledger.state(document -> true));
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
        wires.forEach(Wire::close);
    }
}
