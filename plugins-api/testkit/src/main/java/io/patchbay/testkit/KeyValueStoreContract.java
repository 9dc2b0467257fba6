package io.patchbay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueLoad;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.api.kv.KeyValueState;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every key-value store does. An adapter's test extends it, says by {@link #factory} what is tested, and has a constructor without arguments; it may disclaim an ability, openly.
 *
 * <p>Random tests print their seed; {@code -Dpatchbay.seed=N} repeats one.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class KeyValueStoreContract {
    private static final long BUCKET = 1;
    private static final long OTHER = 2;
    private static final int VALUE_BYTES = 8 << 20;

    @TempDir
    private Path home;

    private Path directory;
    private KeyValueStore store;
    private KeyValueModel model;

    /** A new factory of the adapter. */
    protected abstract KeyValueStoreFactory factory();

    /** Whether what was committed is there after the process was killed. */
    protected boolean survivesCrash() {
        return true;
    }

    /** What the test does with a bucket before its first entry. */
    protected boolean plainKeys(long bucket) {
        return false;
    }

    @BeforeEach
    final void openStore() throws Exception {
        directory = Files.createDirectory(home.resolve("store #1 %20?mode=memory"));
        store = factory().open(directory, Map.of());
        model = new KeyValueModel("epoch-1", 0);
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    private void begin() {
        store.begin("epoch-1", 0);
        defineAll(store);
    }

    private void defineAll(KeyValueStore of) {
        for (long bucket = 1; bucket <= 3; bucket++) {
            of.defineBucket(bucket, plainKeys(bucket));
        }
    }

    private void reopen() {
        store.close();
        store = factory().open(directory, Map.of());
    }

    private void put(long bucket, String key, String value, long expiresAtMs) {
        store.commit(model.commit(List.of(model.put(bucket, key, value.getBytes(UTF_8), expiresAtMs))));
    }

    private void put(String key) {
        put(BUCKET, key, "of " + key, 0);
    }

    private void delete(long bucket, String key) {
        store.commit(model.commit(List.of(model.delete(bucket, key))));
    }

    // --- entries and the state

    @Test
    void newStoreHasNoHistory() {
        assertThat(store.state()).isEqualTo(new KeyValueState("", 0, 0));
        assertThat(store.find(BUCKET, "a")).isEmpty();
        assertThat(store.findFault()).isEmpty();
        assertThat(store.scanAll(Optional.empty(), 10)).isEmpty();
        assertThat(store.findExpired(Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void putReplaceAndDelete() {
        begin();
        put(BUCKET, "a", "one", 0);
        put(OTHER, "a", "another bucket's", 77);
        assertHoldsTheModel();
        put(BUCKET, "a", "two", 0);
        put(BUCKET, "empty", "", 0);
        assertHoldsTheModel();
        delete(BUCKET, "a");
        delete(BUCKET, "was never there");
        assertHoldsTheModel();
        assertThat(store.find(BUCKET, "a")).isEmpty();
        put(BUCKET, "a", "three", 0);
        reopen();
        assertHoldsTheModel();
    }

    @Test
    void ofSeveralMutationsForOneKeyTheLastStands() {
        begin();
        List<KeyValueMutation> mutations = List.of(
                model.put(BUCKET, "a", new byte[] {1}, 5),
                model.put(BUCKET, "b", new byte[] {2}, 0),
                model.put(BUCKET, "a", new byte[] {3}, 0),
                model.delete(BUCKET, "b"),
                model.put(OTHER, "b", new byte[] {4}, 6));
        store.commit(model.commit(mutations));
        assertHoldsTheModel();
        assertThat(store.findExpired(100, 10)).containsExactly(new KeyValueKey(OTHER, "b"));
    }

    @Test
    void randomBatchesAndReopeningsAgreeWithTheModel() {
        begin();
        Random random = Seeds.random("randomBatchesAndReopeningsAgreeWithTheModel");
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 60; i++) {
                store.commit(model.random(random));
            }
            if (random.nextInt(3) == 0) {
                long bucket = 1 + random.nextInt(3);
                store.dropBucket(bucket);
                model.drop(bucket);
                store.defineBucket(bucket, plainKeys(bucket));
            }
            assertHoldsTheModel();
            assertExpiryAgrees(random.nextInt(60));
            assertRangesAgree(random);
            reopen();
            assertHoldsTheModel();
        }
    }

    private void assertHoldsTheModel() {
        assertHolds(store, model);
    }

    private static void assertHolds(KeyValueStore of, KeyValueModel model) {
        assertThat(of.state()).isEqualTo(model.state());
        assertThat(of.findFault()).isEmpty();
        for (KeyValueLoad one : model.all()) {
            assertThat(of.find(one.bucket(), one.entry().key()).map(KeyValueModel::facts))
                    .as(one.bucket() + "/" + one.entry().key())
                    .contains(KeyValueModel.facts(one.entry()));
        }
        List<KeyValueLoad> found = new ArrayList<>();
        Optional<KeyValueKey> after = Optional.empty();
        while (true) {
            List<KeyValueLoad> page = of.scanAll(after, 7);
            if (page.isEmpty()) {
                break;
            }
            assertThat(page).hasSizeLessThanOrEqualTo(7);
            found.addAll(page);
            KeyValueLoad last = page.get(page.size() - 1);
            after = Optional.of(new KeyValueKey(last.bucket(), last.entry().key()));
        }
        assertThat(found.stream().map(KeyValueStoreContract::facts).toList())
                .isEqualTo(
                        model.all().stream().map(KeyValueStoreContract::facts).toList());
    }

    private static List<Object> facts(KeyValueLoad load) {
        return List.of(load.bucket(), KeyValueModel.facts(load.entry()));
    }

    private void assertExpiryAgrees(long nowMs) {
        List<KeyValueLoad> expired = model.all().stream()
                .filter(load -> load.entry().isExpired(nowMs))
                .toList();
        List<KeyValueKey> found = store.findExpired(nowMs, 10_000);
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(expired.stream()
                        .map(load -> new KeyValueKey(load.bucket(), load.entry().key()))
                        .toList());
        assertThat(found)
                .extracting(
                        key -> model.find(key.bucket(), key.key()).orElseThrow().expiresAtMs())
                .isSorted();
    }

    private void assertRangesAgree(Random random) {
        for (int i = 0; i < 20; i++) {
            byte[] from = random.nextInt(4) == 0
                    ? new byte[0]
                    : KeyValueModel.randomKey(random).getBytes(UTF_8);
            byte[] to = random.nextInt(4) == 0
                    ? new byte[0]
                    : KeyValueModel.randomKey(random).getBytes(UTF_8);
            assertScans(1 + random.nextInt(3), new KeyValueRange(from, to));
        }
    }

    private void assertScans(long bucket, KeyValueRange range) {
        try (KeyValueScan scan = store.scan(bucket, range)) {
            assertThat(read(scan).stream().map(KeyValueModel::facts).toList())
                    .isEqualTo(model.scan(bucket, range).stream()
                            .map(KeyValueModel::facts)
                            .toList());
        }
    }

    private static List<KeyValueEntry> read(KeyValueScan scan) {
        List<KeyValueEntry> entries = new ArrayList<>();
        for (KeyValueEntry entry = scan.next(); entry != null; entry = scan.next()) {
            entries.add(entry);
        }
        assertThat(scan.next()).isNull();
        return entries;
    }

    @Test
    void scansGoByBytesToTheirBounds() {
        begin();
        for (String key : List.of("a", "a\u00ff", "a\uffee", "a\ud83d\ude00", "a0", "b", "~", "\udbff\udffd")) {
            put(key);
            put(OTHER, key, "another bucket's", 0);
        }
        put(Long.MAX_VALUE, "last", "1", 0);
        put(Long.MIN_VALUE, "first", "1", 0);
        put(-1, "minus", "1", 0);
        byte[] none = {};
        for (byte[] from : new byte[][] {none, {'a'}, {'a', 0}, {'a', (byte) 0xFF}, {'b'}, {(byte) 0xFF}}) {
            for (byte[] to : new byte[][] {none, {'a'}, {'a', (byte) 0xFF}, {'b'}, {(byte) 0xFF, (byte) 0xFF}}) {
                assertScans(BUCKET, new KeyValueRange(from, to));
            }
        }
        assertScans(Long.MAX_VALUE, KeyValueRange.ALL);
        assertScans(Long.MIN_VALUE, KeyValueRange.ALL);
        assertScans(-1, KeyValueRange.ALL);
        assertScans(4711, KeyValueRange.ALL);
        assertHoldsTheModel();
    }

    @Test
    void aScanSeesTheMomentOfItsBeginning() {
        begin();
        for (int i = 0; i < 300; i++) {
            put(String.format("key-%03d", i));
        }
        List<List<Object>> before = model.scan(BUCKET, KeyValueRange.ALL).stream()
                .map(KeyValueModel::facts)
                .toList();
        try (KeyValueScan scan = store.scan(BUCKET, KeyValueRange.ALL)) {
            List<List<Object>> seen = new ArrayList<>();
            seen.add(KeyValueModel.facts(scan.next()));
            for (int i = 0; i < 300; i += 3) {
                delete(BUCKET, String.format("key-%03d", i));
                put(BUCKET, String.format("key-%03d", i + 1), "changed", 0);
                put(String.format("key-%03d-new", i + 2));
            }
            delete(BUCKET, "key-001");
            put("key-000");
            read(scan).forEach(entry -> seen.add(KeyValueModel.facts(entry)));
            assertThat(seen).isEqualTo(before);
        }
        assertHoldsTheModel();
        assertScans(BUCKET, KeyValueRange.ALL);
    }

    @Test
    void valuesAndKeysMayBeAsLargeAsTheyCome() {
        begin();
        byte[] value = new byte[VALUE_BYTES];
        new Random(5).nextBytes(value);
        String key = "\u20ac".repeat(341) + "x";
        assertThat(key.getBytes(UTF_8)).hasSize(1024);
        store.commit(model.commit(List.of(
                model.put(BUCKET, "big", value, 9),
                model.put(BUCKET, key, new byte[] {1}, 9),
                model.put(BUCKET, "none", new byte[0], 0))));
        assertHoldsTheModel();
        store.commit(model.commit(List.of(model.put(BUCKET, "big", new byte[] {1}, 0))));
        reopen();
        assertHoldsTheModel();
        assertExpiryAgrees(100);
    }

    // --- expiry

    @Test
    void whatExpiresIsFoundInOrderAndByItsLastTime() {
        begin();
        put(BUCKET, "late", "1", 300);
        put(OTHER, "soon", "1", 100);
        put(BUCKET, "next", "1", 200);
        put(BUCKET, "never", "1", 0);
        assertThat(store.findExpired(99, 10)).isEmpty();
        assertThat(store.findExpired(100, 10)).containsExactly(new KeyValueKey(OTHER, "soon"));
        assertThat(store.findExpired(1000, 2))
                .containsExactly(new KeyValueKey(OTHER, "soon"), new KeyValueKey(BUCKET, "next"));
        // A new time takes the place of the old one.
        put(BUCKET, "next", "2", 400);
        put(OTHER, "soon", "2", 0);
        delete(BUCKET, "late");
        assertThat(store.findExpired(399, 10)).isEmpty();
        reopen();
        assertThat(store.findExpired(1000, 10)).containsExactly(new KeyValueKey(BUCKET, "next"));
        assertThat(store.find(BUCKET, "next"))
                .as("it stands until it is deleted")
                .isPresent();
    }

    // --- buckets

    @Test
    void aDroppedBucketIsGoneAndTheOthersStay() {
        begin();
        for (int i = 0; i < 2500; i += 100) {
            List<KeyValueMutation> mutations = new ArrayList<>();
            for (int j = i; j < i + 100; j++) {
                mutations.add(model.put(BUCKET, "key-" + j, new byte[] {1}, j));
                mutations.add(model.put(OTHER, "key-" + j, new byte[] {2}, j));
            }
            store.commit(model.commit(mutations));
        }
        store.dropBucket(BUCKET);
        model.drop(BUCKET);
        assertHoldsTheModel();
        assertThat(store.find(BUCKET, "key-7")).isEmpty();
        assertExpiryAgrees(100_000);
        assertScans(BUCKET, KeyValueRange.ALL);
        reopen();
        assertHoldsTheModel();
        store.dropBucket(BUCKET);
        assertHoldsTheModel();
    }

    @Test
    void definingABucketAgainChangesNothing() {
        begin();
        put("a");
        store.defineBucket(BUCKET, plainKeys(BUCKET));
        reopen();
        store.defineBucket(BUCKET, plainKeys(BUCKET));
        assertHoldsTheModel();
    }

    // --- beginning and loading

    @Test
    void beginningAnewEmptiesTheStore() {
        begin();
        Random random = Seeds.random("beginningAnewEmptiesTheStore");
        for (int i = 0; i < 50; i++) {
            store.commit(model.random(random));
        }
        store.begin("epoch-2", 40);
        model = new KeyValueModel("epoch-2", 40);
        assertHoldsTheModel();
        assertThat(store.findExpired(Long.MAX_VALUE, 10)).isEmpty();
        defineAll(store);
        put("a");
        reopen();
        assertHoldsTheModel();
    }

    @Test
    void aLoadedStoreIsTheSame() throws Exception {
        begin();
        Random random = Seeds.random("aLoadedStoreIsTheSame");
        for (int i = 0; i < 80; i++) {
            store.commit(model.random(random));
        }
        Path place = Files.createDirectory(home.resolve("copy"));
        try (KeyValueStore copy = factory().open(place, Map.of())) {
            copy.begin("", 0);
            defineAll(copy);
            Optional<KeyValueKey> after = Optional.empty();
            while (true) {
                List<KeyValueLoad> page = store.scanAll(after, 10);
                if (page.isEmpty()) {
                    break;
                }
                copy.load(page);
                // Once more, as a migration that catches up does.
                copy.load(page);
                KeyValueLoad last = page.get(page.size() - 1);
                after = Optional.of(new KeyValueKey(last.bucket(), last.entry().key()));
            }
            copy.finishLoad(model.state().epoch(), model.state().lastRevision());
            assertHolds(copy, model);
        }
        try (KeyValueStore copy = factory().open(place, Map.of())) {
            assertHolds(copy, model);
        }
    }

    // --- many threads, crashes, closing

    @Test
    void readersSeeWholeBatchesBesideTheWriter() throws Exception {
        begin();
        ExecutorService readers = Executors.newFixedThreadPool(3);
        AtomicInteger last = new AtomicInteger();
        try {
            commitPair(0);
            List<Future<?>> reading = IntStream.range(0, 3)
                    .<Future<?>>mapToObj(i -> readers.submit(() -> {
                        while (last.get() < 400) {
                            int least = last.get();
                            assertPair(least);
                        }
                    }))
                    .toList();
            for (int i = 1; i <= 400; i++) {
                commitPair(i);
                last.set(i);
            }
            for (Future<?> one : reading) {
                one.get();
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private void commitPair(int i) {
        byte[] value = Integer.toString(i).getBytes(UTF_8);
        store.commit(model.commit(List.of(model.put(BUCKET, "left", value, 0), model.put(BUCKET, "right", value, 0))));
    }

    private void assertPair(int least) {
        try (KeyValueScan scan = store.scan(BUCKET, KeyValueRange.ALL)) {
            List<KeyValueEntry> pair = read(scan);
            assertThat(pair).extracting(KeyValueEntry::key).containsExactly("left", "right");
            assertThat(pair.get(0).revision()).isEqualTo(pair.get(1).revision());
        }
        String found = new String(store.find(BUCKET, "left").orElseThrow().value(), UTF_8);
        assertThat(Integer.parseInt(found)).isGreaterThanOrEqualTo(least);
    }

    /** Entries with a time, for a bucket that will be dropped. */
    static List<KeyValueLoad> doomed(long bucket) {
        return IntStream.range(0, 20)
                .mapToObj(i ->
                        new KeyValueLoad(bucket, new KeyValueEntry("doomed-" + i, 1, 1, 1 + i, "t", new byte[] {1})))
                .toList();
    }

    @Test
    void killedProcessLosesNothingThatWasAcknowledged() throws Exception {
        assumeTrue(survivesCrash());
        Random random = Seeds.random("killedProcessLosesNothingThatWasAcknowledged");
        long seed = random.nextLong();
        Path place = Files.createDirectory(home.resolve("crash"));
        for (int kill = 0; kill < Integer.getInteger("patchbay.kills", 4); kill++) {
            long acknowledged = writeUntilKilled(place, seed, 5 + random.nextInt(150));
            try (KeyValueStore reopened = factory().open(place, Map.of())) {
                assertThat(reopened.state().lastRevision()).isGreaterThanOrEqualTo(acknowledged);
                KeyValueModel expected = new KeyValueModel(CrashingKeyValueWriter.EPOCH, 0);
                Random batches = new Random(seed);
                while (expected.state().lastRevision() < reopened.state().lastRevision()) {
                    expected.random(batches);
                }
                reopened.dropBucket(CrashingKeyValueWriter.DROPPED);
                assertHolds(reopened, expected);
            }
        }
    }

    /** @return the revision that was last acknowledged */
    private long writeUntilKilled(Path place, long seed, int batches) throws Exception {
        Process process = CrashingKeyValueWriter.start(getClass(), place, seed);
        long acknowledged = 0;
        try (BufferedReader lines = process.inputReader()) {
            for (int i = 0; i < batches; i++) {
                String line = lines.readLine();
                assertThat(line).as("the writer's output").matches("\\d+");
                acknowledged = Long.parseLong(line);
                if (i == 0) {
                    assertUnavailable(() -> factory().open(place, Map.of()));
                }
            }
            // By its handle: Process.destroyForcibly also closes the output.
            process.toHandle().destroyForcibly();
            process.waitFor();
            // What it said before it died counts as well; a last line may be torn.
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                boolean whole = line.length() >= Long.toString(acknowledged).length();
                acknowledged = whole ? Math.max(acknowledged, Long.parseLong(line)) : acknowledged;
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return acknowledged;
    }

    @Test
    void openStoreIsExclusive() {
        assertUnavailable(() -> factory().open(directory, Map.of()));
        begin();
        put("a");
        reopen();
        assertHoldsTheModel();
    }

    @Test
    void closedStoreIsUnavailable() {
        begin();
        put("a");
        put("b");
        KeyValueBatch batch = model.commit(List.of(model.put(BUCKET, "late", new byte[0], 0)));
        KeyValueScan scan = store.scan(BUCKET, KeyValueRange.ALL);
        assertThat(scan.next()).isNotNull();
        store.close();
        store.close();
        assertUnavailable(scan::next);
        scan.close();
        assertUnavailable(() -> store.commit(batch));
        assertUnavailable(() -> store.find(BUCKET, "a"));
        assertUnavailable(() -> store.scan(BUCKET, KeyValueRange.ALL));
        assertUnavailable(() -> store.scanAll(Optional.empty(), 1));
        assertUnavailable(() -> store.findExpired(1, 1));
        assertUnavailable(() -> store.dropBucket(BUCKET));
        assertUnavailable(() -> store.defineBucket(BUCKET, false));
        assertUnavailable(() -> store.load(List.of()));
        assertUnavailable(() -> store.finishLoad("e", 1));
        assertUnavailable(() -> store.begin("e", 1));
    }

    /** All who are inside finish or are told; the process, which native memory could end, lives on. */
    @Test
    void closingMeetsCallsAndScansInTheMiddle() throws Exception {
        begin();
        for (int i = 0; i < 50; i++) {
            put("key-" + i);
        }
        AtomicLong acknowledged = new AtomicLong(model.state().lastRevision());
        for (int round = 0; round < 15; round++) {
            KeyValueStore used = store;
            AtomicInteger calls = new AtomicInteger();
            ExecutorService users = Executors.newFixedThreadPool(5);
            try {
                List<Future<?>> told = List.of(
                        users.submit(() -> useUntilClosed(calls, () -> used.find(BUCKET, "key-7"))),
                        users.submit(() -> useUntilClosed(calls, () -> used.findExpired(1, 1))),
                        users.submit(() -> useUntilClosed(calls, () -> used.scanAll(Optional.empty(), 20))),
                        users.submit(() -> useUntilClosed(calls, () -> {
                            KeyValueScan scan = used.scan(BUCKET, KeyValueRange.ALL);
                            try (scan) {
                                read(scan);
                            }
                        })),
                        users.submit(() -> useUntilClosed(calls, () -> {
                            put("key-8");
                            acknowledged.set(model.state().lastRevision());
                        })));
                int enough = 20 + round * 20;
                Awaitility.await().until(() -> calls.get() > enough);
                used.close();
                for (Future<?> one : told) {
                    one.get();
                }
            } finally {
                users.shutdownNow();
            }
            store = factory().open(directory, Map.of());
            // A put that was refused is the model's alone.
            assertThat(store.state().lastRevision()).isEqualTo(acknowledged.get());
        }
    }

    private static void useUntilClosed(AtomicInteger calls, Runnable call) {
        while (true) {
            try {
                call.run();
                calls.incrementAndGet();
            } catch (PatchbayException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
                return;
            }
        }
    }

    @Test
    void anUnknownSettingIsRefused() {
        store.close();
        assertThatThrownBy(() -> factory().open(directory, Map.of("noSuchThing", "1")))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
                .hasMessageContaining("noSuchThing");
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    }
}
