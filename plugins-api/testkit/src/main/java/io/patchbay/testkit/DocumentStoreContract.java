package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Change;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import io.patchbay.api.query.OrderedKey;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every document store does. An adapter's test extends it, says by {@link #factory} what is tested, and has a constructor without arguments; it may disclaim an ability, openly.
 *
 * <p>Random tests print their seed; {@code -Dpatchbay.seed=N} repeats one.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class DocumentStoreContract {
    private static final long COLLECTION = 1;
    private static final long OTHER = 2;

    @TempDir
    private Path home;

    private Path directory;
    private DocumentStore store;
    private StoreModel model;

    /** A new factory of the adapter. */
    protected abstract DocumentStoreFactory factory();

    /** Whether what was committed is there after the process was killed. */
    protected boolean survivesCrash() {
        return true;
    }

    /** Whether defined indexes are used; else everything is answered by reading all, within limits. */
    protected boolean usesIndexes() {
        return true;
    }

    @BeforeEach
    final void openStore() throws Exception {
        directory = Files.createDirectory(home.resolve("store #1 %20?mode=memory"));
        store = factory().open(directory, Map.of());
        model = new StoreModel("epoch-1", 0);
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    // --- the state, and documents by id

    @Test
    void newStoreHasNoHistory() {
        assertThat(store.state()).isEqualTo(new StoreState("", 0, 0, Totals.ZERO));
        assertThat(store.readChanges(0, 10)).isEmpty();
        assertThat(store.scanDocuments(Optional.empty(), 10)).isEmpty();
        assertThat(store.changeBytes()).isZero();
    }

    @Test
    void beginEmptiesTheStore() {
        begin();
        store.defineIndexes(COLLECTION, List.of(index("a")));
        commit(model.put(COLLECTION, "one", Value.struct("a", Value.of(1)), 0));
        store.begin("epoch-2", 41);
        model = new StoreModel("epoch-2", 41);
        assertHoldsTheModel();
        assertThat(store.changeBytes()).isZero();
        commit(model.put(COLLECTION, "two", Value.struct("a", Value.of(2)), 0));
        assertHoldsTheModel();
        assertAnswers(new StoreQuery(COLLECTION, Optional.empty(), sort("a"), Optional.empty(), 10));
        assertCode(ErrorCode.HISTORY_GONE, () -> store.readChanges(40, 10));
    }

    @Test
    void documentsComeBackAsTheyWerePut() {
        begin();
        RandomDocuments random = new RandomDocuments(Seeds.random("documentsComeBackAsTheyWerePut"));
        for (int i = 0; i < 200; i++) {
            commit(model.put(COLLECTION, random.id(), random.data(), 0));
        }
        model.documents()
                .forEach(document -> assertThat(facts(
                                store.find(COLLECTION, document.id()).stream().toList()))
                        .isEqualTo(facts(List.of(document))));
        assertThat(store.find(COLLECTION, "absent")).isEmpty();
        assertThat(store.find(OTHER, model.documents().get(0).id())).isEmpty();
    }

    @Test
    void currentDocumentsComeInTheOrderOfTheirKeys() {
        begin();
        commit(
                model.put(COLLECTION, "one", Value.struct("a", Value.of(1)), 0),
                model.put(OTHER, "two", Value.struct("a", Value.of(2)), 0));
        List<DocumentKey> keys = List.of(
                new DocumentKey(OTHER, "two"),
                new DocumentKey(COLLECTION, "absent"),
                new DocumentKey(COLLECTION, "one"),
                new DocumentKey(OTHER, "one"));
        List<Optional<StoredDocument>> found = store.findCurrent(keys);
        assertThat(found.stream().map(Optional::isPresent).toList()).containsExactly(true, false, true, false);
        for (int i = 0; i < keys.size(); i++) {
            assertThat(facts(found.get(i).stream().toList()))
                    .isEqualTo(facts(
                            store.find(keys.get(i).collection(), keys.get(i).id()).stream()
                                    .toList()));
        }
        assertThat(store.findCurrent(List.of())).isEmpty();
        // What was looked up a moment ago is not what stands there after a write.
        commit(model.put(COLLECTION, "absent", Value.struct("a", Value.of(3)), 0));
        assertThat(store.findCurrent(List.of(new DocumentKey(COLLECTION, "absent")))
                        .get(0))
                .isPresent();
    }

    @Test
    void longestIdAndLargestBodyFit() {
        begin();
        String id = "\ud83d\ude00".repeat(Limits.ID_BYTES / 4);
        commit(
                model.put(COLLECTION, id, Value.struct("a", Value.of("x".repeat(Limits.DOCUMENT_BYTES - 64))), 0),
                model.put(COLLECTION, "b", Value.Struct.EMPTY, 0));
        assertHoldsTheModel();
        reopen();
        assertHoldsTheModel();
    }

    // --- transactions, changes, outcomes

    @Test
    void randomOperationsLeaveWhatTheModelHolds() {
        Random random = Seeds.random("randomOperationsLeaveWhatTheModelHolds");
        RandomDocuments documents = new RandomDocuments(random);
        RandomQueries queries = new RandomQueries(random, documents);
        begin();
        for (int i = 0; i < 150; i++) {
            switch (random.nextInt(12)) {
                case 0 -> store.defineIndexes(COLLECTION, queries.indexes());
                case 1 -> reopen();
                case 2 -> trim(random);
                default -> store.commit(randomBatch(random, documents));
            }
            assertAnswers(new StoreQuery(
                    COLLECTION, queries.filter(), queries.sort(), Optional.empty(), 1 + random.nextInt(20)));
        }
        assertHoldsTheModel();
        reopen();
        assertHoldsTheModel();
    }

    private CommitBatch randomBatch(Random random, RandomDocuments documents) {
        List<CommitBatch> transactions = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            Map<String, Mutation> mutations = new HashMap<>();
            for (int j = random.nextInt(5); j > 0; j--) {
                String id = documents.id();
                long collection = random.nextInt(4) == 0 ? OTHER : COLLECTION;
                mutations.put(
                        collection + id,
                        random.nextInt(4) == 0
                                ? model.delete(collection, id)
                                : model.put(collection, id, documents.data(), 0));
            }
            transactions.add(model.commit(List.copyOf(mutations.values()), randomOutcome(random, documents)));
        }
        return StoreModel.merge(transactions);
    }

    private static Optional<Outcome> randomOutcome(Random random, RandomDocuments documents) {
        byte[] result = new byte[random.nextInt(4)];
        random.nextBytes(result);
        return random.nextBoolean()
                ? Optional.empty()
                : Optional.of(
                        new Outcome(documents.id(), documents.id(), new byte[] {1}, result, random.nextInt(1000)));
    }

    private void trim(Random random) {
        long offset = Math.min(model.state().lastOffset(), model.state().trimmedThrough() + random.nextInt(10));
        long nowMs = random.nextInt(500);
        store.trimChanges(offset, nowMs);
        model.trim(offset, nowMs);
    }

    @Test
    void failedBatchLeavesNothing() {
        begin();
        fill(new RandomDocuments(Seeds.random("failedBatchLeavesNothing")), 20);
        store.defineIndexes(COLLECTION, List.of(index("a")));
        StoreState before = store.state();
        long offset = before.lastOffset() + 1;
        StoredDocument good = StoredDocument.of(COLLECTION, "good", offset, 1, Value.struct("a", Value.of(1)));
        // No CBOR, so no key can be made for the index.
        StoredDocument bad = new StoredDocument(COLLECTION, "bad", offset, 1, new byte[] {(byte) 0xFF});
        List<Mutation> mutations = Stream.of(good, bad)
                .map(document -> new Mutation(COLLECTION, document.id(), Optional.empty(), Optional.of(document)))
                .toList();
        Transaction transaction = new Transaction(
                offset, 1, mutations, Optional.of(new Outcome("ann", "key", new byte[] {1}, new byte[] {1}, 1)));
        assertThatThrownBy(() -> store.commit(new CommitBatch(List.of(transaction), before.totals())))
                .isInstanceOf(PatchbayException.class);
        assertHoldsTheModel();
        commit(model.put(COLLECTION, "next", Value.struct("a", Value.of(2)), 0));
        assertHoldsTheModel();
        assertAnswers(new StoreQuery(COLLECTION, Optional.empty(), sort("a"), Optional.empty(), 100));
        reopen();
        assertHoldsTheModel();
    }

    @Test
    void changesComeInOrderAndNeverSplitATransaction() {
        begin();
        for (int transaction = 0; transaction < 5; transaction++) {
            int size = transaction + 1;
            commit(IntStream.range(0, size)
                    .mapToObj(i -> model.put(COLLECTION, "d" + (9 - i), Value.struct("a", Value.of(i)), 0))
                    .toArray(Mutation[]::new));
        }
        for (int limit = 1; limit <= 16; limit++) {
            List<Change> all = new ArrayList<>();
            long offset = 0;
            for (List<Change> page = store.readChanges(offset, limit);
                    !page.isEmpty();
                    page = store.readChanges(offset, limit)) {
                boolean oneTransaction =
                        page.get(0).offset() == page.get(page.size() - 1).offset();
                assertThat(page.size() <= limit || oneTransaction)
                        .as("%s changes for a limit of %s", page.size(), limit)
                        .isTrue();
                all.addAll(page);
                offset = page.get(page.size() - 1).offset();
            }
            assertThat(changeFacts(all)).as("limit %s", limit).isEqualTo(changeFacts(model.changesAfter(0)));
        }
    }

    @Test
    void trimmedChangesAreGoneAndTheRestStays() {
        begin();
        for (int i = 0; i < 10; i++) {
            commit(model.put(COLLECTION, "d" + i, Value.struct("a", Value.of("x".repeat(100))), 0));
        }
        long before = store.changeBytes();
        assertThat(before).isGreaterThanOrEqualTo(10 * 100);
        store.trimChanges(6, 0);
        model.trim(6, 0);
        assertThat(store.changeBytes()).isLessThan(before / 2).isPositive();
        assertCode(ErrorCode.HISTORY_GONE, () -> store.readChanges(5, 10));
        assertHoldsTheModel();
        reopen();
        assertCode(ErrorCode.HISTORY_GONE, () -> store.readChanges(0, 10));
        assertHoldsTheModel();
        store.trimChanges(3, 0);
        assertHoldsTheModel();
        store.trimChanges(10, 0);
        model.trim(10, 0);
        assertThat(store.changeBytes()).isZero();
        assertHoldsTheModel();
    }

    @Test
    void outcomesAreFoundUntilTheyExpire() {
        begin();
        Outcome first = new Outcome("ann", "k1", new byte[32], new byte[] {1, 2}, 100);
        Outcome replaced = new Outcome("ann", "k1", new byte[] {5}, new byte[0], 200);
        Outcome other = new Outcome("ben", "k1", new byte[32], new byte[] {3}, 50);
        for (Outcome outcome : List.of(first, other, replaced)) {
            store.commit(model.commit(List.of(), Optional.of(outcome)));
        }
        assertThat(outcomeFacts(store.findOutcome("ann", "k1").stream().toList()))
                .isEqualTo(outcomeFacts(List.of(replaced)));
        assertThat(store.findOutcome("ann", "k2")).isEmpty();
        store.trimChanges(0, 100);
        model.trim(0, 100);
        assertThat(store.findOutcome("ben", "k1")).isEmpty();
        assertHoldsTheModel();
    }

    // --- queries

    @Test
    void valuesComeInTheOrderOfTheDataModel() {
        begin();
        List<Value.Struct> ascending = new ArrayList<>();
        ascending.add(Value.Struct.EMPTY);
        Stream.of(
                        Value.NULL,
                        Value.FALSE,
                        Value.TRUE,
                        Value.of(-Double.MAX_VALUE),
                        Value.of(Long.MIN_VALUE),
                        Value.of(-1),
                        Value.of(-0.5),
                        Value.of(0),
                        Value.of(Double.MIN_VALUE),
                        Value.of(1),
                        Value.of(1.5),
                        Value.of(1L << 53),
                        Value.of((1L << 53) + 1),
                        Value.of(Long.MAX_VALUE - 1),
                        Value.of(Long.MAX_VALUE),
                        Value.of(0x1p63),
                        Value.of(Double.MAX_VALUE),
                        Value.of(""),
                        Value.of("\u0000"),
                        Value.of("\u0000\u0000"),
                        Value.of("B"),
                        Value.of("a"),
                        Value.of("a\u0000"),
                        Value.of("ab"),
                        Value.of("e\u0301"),
                        Value.of("\u00e9"),
                        Value.of("\ue000"),
                        Value.of("\uffff"),
                        Value.of("\ud800\udc00"),
                        Value.of("\udbff\udfff"),
                        Value.array(),
                        Value.array(Value.NULL),
                        Value.array(Value.of(1)),
                        Value.array(Value.of(1), Value.NULL),
                        Value.array(Value.of("a")),
                        Value.array(Value.array()),
                        Value.struct(),
                        Value.struct("a", Value.of(2)),
                        Value.struct("a", Value.of(2), "b", Value.NULL),
                        Value.struct("b", Value.of(1)))
                .forEach(value -> ascending.add(Value.struct("a", value)));
        Mutation[] mutations = new Mutation[ascending.size()];
        for (int i = 0; i < mutations.length; i++) {
            mutations[i] = model.put(COLLECTION, "d" + (mutations.length - i), ascending.get(i), 0);
        }
        commit(mutations);
        for (boolean indexed : new boolean[] {false, true}) {
            store.defineIndexes(COLLECTION, indexed ? List.of(index("a")) : List.of());
            List<Value.Struct> found =
                    answer(new StoreQuery(COLLECTION, Optional.empty(), sort("a"), Optional.empty(), 100)).stream()
                            .map(StoredDocument::data)
                            .toList();
            assertThat(found).as("indexed: %s", indexed).isEqualTo(ascending);
            List<Value.Struct> reversed = new ArrayList<>(
                    answer(new StoreQuery(COLLECTION, Optional.empty(), sort("-a"), Optional.empty(), 100)).stream()
                            .map(StoredDocument::data)
                            .toList());
            Collections.reverse(reversed);
            assertThat(reversed).isEqualTo(ascending);
        }
    }

    @Test
    void everyQueryIsAnsweredTheSameWithAndWithoutIndexes() {
        Random random = Seeds.random("everyQueryIsAnsweredTheSameWithAndWithoutIndexes");
        RandomDocuments documents = new RandomDocuments(random);
        RandomQueries queries = new RandomQueries(random, documents);
        begin();
        fill(documents, 200);
        for (int round = 0; round < 8; round++) {
            List<IndexDefinition> indexes = round == 0 ? List.of() : queries.indexes();
            store.defineIndexes(COLLECTION, indexes);
            for (int i = 0; i < 60; i++) {
                assertPagesAreTheWholeAnswer(
                        new StoreQuery(
                                COLLECTION, queries.filter(), queries.sort(), Optional.empty(), 1 + random.nextInt(40)),
                        indexes);
            }
        }
    }

    /** Each page from behind the last document of the one before. */
    private void assertPagesAreTheWholeAnswer(StoreQuery query, List<IndexDefinition> indexes) {
        List<StoredDocument> expected = model.query(query);
        List<StoredDocument> all = new ArrayList<>();
        Optional<SeekKey> after = Optional.empty();
        while (true) {
            List<StoredDocument> page =
                    answer(new StoreQuery(query.collection(), query.filter(), query.sort(), after, query.limit()));
            all.addAll(page);
            if (page.size() < query.limit() || all.size() > expected.size()) {
                break;
            }
            after = Optional.of(OrderedKey.placeOf(query.sort(), page.get(page.size() - 1)));
        }
        assertThat(facts(all)).as("%s with indexes %s", query, indexes).isEqualTo(facts(expected));
    }

    @Test
    void cursorIsAPlaceThatNeedsNoDocument() {
        Random random = Seeds.random("cursorIsAPlaceThatNeedsNoDocument");
        RandomDocuments documents = new RandomDocuments(random);
        RandomQueries queries = new RandomQueries(random, documents);
        begin();
        fill(documents, 80);
        for (int i = 0; i < 200; i++) {
            if (i % 20 == 0) {
                store.defineIndexes(COLLECTION, queries.indexes());
            }
            List<SortField> sort = queries.sort();
            StoredDocument nowhere = StoredDocument.of(COLLECTION, documents.id(), 1, 1, documents.data());
            assertAnswers(new StoreQuery(
                    COLLECTION, queries.filter(), sort, Optional.of(OrderedKey.placeOf(sort, nowhere)), 30));
        }
    }

    @Test
    void indexNarrowsOrdersAndAnswers() {
        assumeTrue(usesIndexes());
        begin();
        fill(new RandomDocuments(Seeds.random("indexNarrowsOrdersAndAnswers")), 50);
        store.defineIndexes(COLLECTION, List.of(index("a", "-b")));
        Expression equal = Call.of(Function.EQUAL, RandomQueries.path("a"), new Literal(Value.of(1)));
        Expression more = Call.of(Function.GREATER, RandomQueries.path("b"), new Literal(Value.of(1)));
        for (String sort : List.of("b", "-b")) {
            StoreQuery query = new StoreQuery(
                    COLLECTION, Optional.of(Call.of(Function.AND, equal, more)), sort(sort), Optional.empty(), 10);
            try (DocumentScan scan = store.query(query)) {
                assertThat(scan.indexed()).isTrue();
                assertThat(scan.ordered()).isTrue();
                assertThat(scan.residual()).isEmpty();
            }
        }
        StoreQuery other = new StoreQuery(COLLECTION, Optional.of(more), List.of(), Optional.empty(), 10);
        try (DocumentScan scan = store.query(other)) {
            assertThat(scan.indexed()).isFalse();
        }
    }

    @Test
    void cutKeysAreOrderedByWhatWasCutOff() {
        begin();
        String prefix = "p".repeat(Limits.INDEX_KEY_BYTES);
        List<Mutation> mutations = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            mutations.add(model.put(
                    COLLECTION, "d" + i, Value.struct("a", Value.of(prefix + (i * 7 % 100)), "b", Value.of(i % 3)), 0));
        }
        store.commit(model.commit(mutations, Optional.empty()));
        store.defineIndexes(COLLECTION, List.of(index("a")));
        for (String sort : List.of("a", "-a")) {
            assertPagesAreTheWholeAnswer(
                    new StoreQuery(COLLECTION, Optional.empty(), sort(sort), Optional.empty(), 30),
                    List.of(index("a")));
        }
        Expression equal = Call.of(Function.EQUAL, RandomQueries.path("a"), new Literal(Value.of(prefix + 7)));
        assertAnswers(new StoreQuery(COLLECTION, Optional.of(equal), List.of(), Optional.empty(), 30));
    }

    // --- indexes

    @Test
    void indexIsRightThoughItWasBuiltWhileWritesWentOn() throws Exception {
        begin();
        Random random = Seeds.random("indexIsRightThoughItWasBuiltWhileWritesWentOn");
        RandomDocuments documents = new RandomDocuments(random);
        List<CommitBatch> fill = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            fill.add(model.commit(model.put(COLLECTION, "d" + random.nextInt(4000), documents.data(), 0)));
        }
        store.commit(StoreModel.merge(fill));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<?> defined =
                    threads.submit(() -> store.defineIndexes(COLLECTION, List.of(index("a"), index("b", "c"))));
            int batches = 0;
            while (!defined.isDone() || batches < 20) {
                String id = "d" + random.nextInt(4000);
                commit(
                        random.nextInt(3) == 0
                                ? model.delete(COLLECTION, id)
                                : model.put(COLLECTION, id, documents.data(), 0));
                batches++;
            }
            defined.get();
        } finally {
            threads.shutdownNow();
        }
        assertIndexedAnswers(documents, random);
        store.defineIndexes(COLLECTION, List.of(index("b", "c"), index("c")));
        assertIndexedAnswers(documents, random);
    }

    private void assertIndexedAnswers(RandomDocuments documents, Random random) {
        RandomQueries queries = new RandomQueries(random, documents);
        for (String sort : List.of("a", "-a", "b,c", "-b,-c", "c")) {
            assertAnswers(new StoreQuery(COLLECTION, Optional.empty(), sort(sort.split(",")), Optional.empty(), 5000));
        }
        for (int i = 0; i < 30; i++) {
            assertAnswers(new StoreQuery(COLLECTION, queries.filter(), queries.sort(), Optional.empty(), 50));
        }
    }

    @Test
    void definingTheSameIndexesAgainChangesNothing() {
        begin();
        fill(new RandomDocuments(Seeds.random("definingTheSameIndexesAgainChangesNothing")), 30);
        List<IndexDefinition> indexes = List.of(index("a"), index("-b", "c"));
        for (int i = 0; i < 3; i++) {
            store.defineIndexes(COLLECTION, indexes);
            assertAnswers(new StoreQuery(COLLECTION, Optional.empty(), sort("-b", "c"), Optional.empty(), 100));
        }
    }

    // --- migration

    @Test
    void loadedStoreIsLikeTheOneItWasLoadedFrom() throws Exception {
        begin();
        Random random = Seeds.random("loadedStoreIsLikeTheOneItWasLoadedFrom");
        RandomDocuments documents = new RandomDocuments(random);
        for (int i = 0; i < 60; i++) {
            store.commit(randomBatch(random, documents));
        }
        trim(random);
        Path elsewhere = Files.createDirectory(home.resolve("other"));
        try (DocumentStore copy = factory().open(elsewhere, Map.of())) {
            copy.begin("someone else's", 3);
            copy.defineIndexes(COLLECTION, List.of(index("a")));
            // Twice, as after a migration that was broken off.
            copyInto(copy);
            copyInto(copy);
            copy.finishLoad(store.state());
        }
        store.close();
        directory = elsewhere;
        store = factory().open(directory, Map.of());
        assertHoldsTheModel();
        assertAnswers(new StoreQuery(COLLECTION, Optional.empty(), sort("a"), Optional.empty(), 1000));
        store.commit(randomBatch(random, documents));
        assertHoldsTheModel();
    }

    private void copyInto(DocumentStore copy) {
        Optional<DocumentKey> after = Optional.empty();
        for (List<StoredDocument> page = store.scanDocuments(after, 7);
                !page.isEmpty();
                page = store.scanDocuments(after, 7)) {
            copy.load(new LoadBatch(page, List.of(), List.of()));
            StoredDocument last = page.get(page.size() - 1);
            after = Optional.of(new DocumentKey(last.collection(), last.id()));
        }
        copy.load(new LoadBatch(
                List.of(),
                store.readChanges(store.state().trimmedThrough(), 10_000),
                store.scanOutcomes(Optional.empty(), 10_000)));
    }

    // --- threads, life and death

    @Test
    void readersSeeWhatIsDurableWhileOneThreadWrites() throws Exception {
        begin();
        commit(model.put(COLLECTION, "counter", Value.struct("a", Value.of(0)), 0));
        store.defineIndexes(COLLECTION, List.of(index("a")));
        AtomicBoolean written = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<CompletableFuture<Void>> readers = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> readUntil(written), threads))
                    .toList();
            for (int i = 1; i <= 300; i++) {
                commit(
                        model.put(COLLECTION, "counter", Value.struct("a", Value.of(i)), 0),
                        model.put(COLLECTION, "d" + i, Value.struct("a", Value.of(i)), 0));
            }
            written.set(true);
            readers.forEach(CompletableFuture::join);
        } finally {
            written.set(true);
            threads.shutdownNow();
        }
        assertHoldsTheModel();
    }

    private void readUntil(AtomicBoolean written) {
        long last = 0;
        while (!written.get()) {
            long durable = store.state().lastOffset();
            StoredDocument counter = store.find(COLLECTION, "counter").orElseThrow();
            assertThat(counter.revision()).isGreaterThanOrEqualTo(Math.max(last, durable));
            last = counter.revision();
            List<Change> tail = store.readChanges(last - 1, 1);
            assertThat(tail)
                    .hasSizeGreaterThanOrEqualTo(1)
                    .allMatch(change -> change.offset() == tail.get(0).offset());
            assertThat(answer(new StoreQuery(COLLECTION, Optional.empty(), sort("-a"), Optional.empty(), 1))
                            .get(0)
                            .revision())
                    .isGreaterThanOrEqualTo(last);
        }
    }

    @Test
    void interruptedReaderHarmsNobody() throws Exception {
        begin();
        fill(new RandomDocuments(Seeds.random("interruptedReaderHarmsNobody")), 30);
        reopen();
        Thread reader = new Thread(() -> {
            Thread.currentThread().interrupt();
            try {
                store.scanDocuments(Optional.empty(), 100);
            } catch (PatchbayException e) {
                // It may fail itself.
            }
        });
        reader.start();
        reader.join();
        assertHoldsTheModel();
        commit(model.put(COLLECTION, "next", Value.Struct.EMPTY, 0));
        assertHoldsTheModel();
    }

    @Test
    void everythingIsThereAfterReopening() {
        begin();
        Random random = Seeds.random("everythingIsThereAfterReopening");
        RandomDocuments documents = new RandomDocuments(random);
        store.defineIndexes(COLLECTION, List.of(index("a")));
        for (int i = 0; i < 5; i++) {
            store.commit(randomBatch(random, documents));
            reopen();
            assertHoldsTheModel();
            assertIndexedAnswers(documents, random);
        }
    }

    @Test
    void killedProcessLosesNothingThatWasAcknowledged() throws Exception {
        assumeTrue(survivesCrash());
        Random random = Seeds.random("killedProcessLosesNothingThatWasAcknowledged");
        long seed = random.nextLong();
        Path place = Files.createDirectory(home.resolve("crash"));
        for (int kill = 0; kill < 4; kill++) {
            long acknowledged = writeUntilKilled(place, seed, 5 + random.nextInt(200));
            try (DocumentStore reopened = factory().open(place, Map.of())) {
                CrashingWriter.Batches batches = new CrashingWriter.Batches(seed);
                assertThat(reopened.state().lastOffset()).isGreaterThanOrEqualTo(acknowledged);
                while (batches.model().state().lastOffset() < reopened.state().lastOffset()) {
                    batches.next();
                }
                assertHolds(reopened, batches.model());
                reopened.defineIndexes(CrashingWriter.COLLECTION, List.of(CrashingWriter.INDEX));
                StoreQuery query = new StoreQuery(
                        CrashingWriter.COLLECTION,
                        Optional.empty(),
                        CrashingWriter.INDEX.fields(),
                        Optional.empty(),
                        10_000);
                assertThat(facts(answer(reopened, query)))
                        .isEqualTo(facts(batches.model().query(query)));
            }
        }
    }

    /** @return the offset that was last acknowledged */
    private long writeUntilKilled(Path place, long seed, int batches) throws Exception {
        Process process = CrashingWriter.start(getClass(), place, seed);
        long acknowledged = 0;
        try (BufferedReader lines = process.inputReader()) {
            for (int i = 0; i < batches; i++) {
                String line = lines.readLine();
                assertThat(line).as("the writer's output").matches("\\d+");
                acknowledged = Long.parseLong(line);
                if (i == 0) {
                    assertCode(ErrorCode.STORE_UNAVAILABLE, () -> factory().open(place, Map.of()));
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
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> factory().open(directory, Map.of()));
        begin();
        commit(model.put(COLLECTION, "still", Value.Struct.EMPTY, 0));
        assertHoldsTheModel();
        store.close();
        store = factory().open(directory, Map.of());
        assertHoldsTheModel();
    }

    @Test
    void closedStoreIsUnavailable() {
        begin();
        fill(new RandomDocuments(Seeds.random("closedStoreIsUnavailable")), 50);
        CommitBatch batch = model.commit(model.put(COLLECTION, "late", Value.Struct.EMPTY, 0));
        DocumentScan scan = store.query(new StoreQuery(COLLECTION, Optional.empty(), List.of(), Optional.empty(), 100));
        assertThat(scan.next()).isNotNull();
        store.close();
        store.close();
        assertCode(ErrorCode.STORE_UNAVAILABLE, scan::next);
        scan.close();
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.commit(batch));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.find(COLLECTION, "one"));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.readChanges(0, 1));
        assertCode(
                ErrorCode.STORE_UNAVAILABLE,
                () -> store.query(new StoreQuery(COLLECTION, Optional.empty(), List.of(), Optional.empty(), 1)));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.scanDocuments(Optional.empty(), 1));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.defineIndexes(COLLECTION, List.of()));
        assertThat(store.findFault()).isPresent();
    }

    @Test
    void closedStoreLeavesNoThreadBehind() {
        store.close();
        List<String> before = threads();
        try (DocumentStore another = factory().open(directory, Map.of())) {
            another.begin("e", 0);
            assertThat(another.findFault()).isEmpty();
        }
        Awaitility.await().untilAsserted(() -> assertThat(before).containsAll(threads()));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("awaitility"))
                .sorted()
                .toList();
    }

    @Test
    void workingStoreHasNoFault() {
        assertThat(store.findFault()).isEmpty();
    }

    @Test
    void unknownSettingIsRefusedByName() {
        store.close();
        assertThatThrownBy(() -> factory().open(directory, Map.of("nonsense", "1")))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("nonsense");
        store = factory().open(directory, Map.of());
    }

    // --- how the store is asked, and what is compared

    private void begin() {
        store.begin("epoch-1", 0);
    }

    private void commit(Mutation... mutations) {
        store.commit(model.commit(mutations));
    }

    private void fill(RandomDocuments documents, int number) {
        for (int i = 0; i < number; i++) {
            commit(model.put(COLLECTION, documents.id() + i % 7, documents.data(), 0));
        }
    }

    private void reopen() {
        store.close();
        store = factory().open(directory, Map.of());
    }

    private void assertAnswers(StoreQuery query) {
        List<StoredDocument> expected =
                model.query(query).stream().limit(query.limit()).toList();
        assertThat(facts(answer(query))).as("%s", query).isEqualTo(facts(expected));
    }

    private List<StoredDocument> answer(StoreQuery query) {
        return answer(store, query);
    }

    /** As the engine does: checks the residual, and sorts and skips what the store did not. */
    private static List<StoredDocument> answer(DocumentStore store, StoreQuery query) {
        List<StoredDocument> found = new ArrayList<>();
        try (DocumentScan scan = store.query(query)) {
            for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
                if (FilterModel.matches(scan.residual(), document)) {
                    found.add(document);
                }
                if (scan.ordered() && found.size() == query.limit()) {
                    return found;
                }
            }
            if (scan.ordered()) {
                return found;
            }
        }
        StoreModel sorter = new StoreModel("", 0);
        found.forEach(document -> sorter.hold(document));
        return sorter
                .query(new StoreQuery(query.collection(), Optional.empty(), query.sort(), query.after(), query.limit()))
                .stream()
                .limit(query.limit())
                .toList();
    }

    private void assertHoldsTheModel() {
        assertHolds(store, model);
    }

    private static void assertHolds(DocumentStore store, StoreModel model) {
        assertThat(store.state()).isEqualTo(model.state());
        List<StoredDocument> documents = new ArrayList<>();
        Optional<DocumentKey> after = Optional.empty();
        for (List<StoredDocument> page = store.scanDocuments(after, 13);
                !page.isEmpty();
                page = store.scanDocuments(after, 13)) {
            documents.addAll(page);
            StoredDocument last = page.get(page.size() - 1);
            after = Optional.of(new DocumentKey(last.collection(), last.id()));
        }
        assertThat(facts(documents)).isEqualTo(facts(model.documents()));
        Totals totals = documents.stream().reduce(Totals.ZERO, Totals::plus, (left, right) -> left);
        assertThat(store.state().totals()).isEqualTo(totals);
        long trimmed = model.state().trimmedThrough();
        assertThat(changeFacts(store.readChanges(trimmed, 1_000_000)))
                .isEqualTo(changeFacts(model.changesAfter(trimmed)));
        List<Outcome> outcomes = new ArrayList<>();
        Optional<Outcome> behind = Optional.empty();
        for (List<Outcome> page = store.scanOutcomes(behind, 3);
                !page.isEmpty();
                page = store.scanOutcomes(behind, 3)) {
            outcomes.addAll(page);
            behind = Optional.of(page.get(page.size() - 1));
        }
        assertThat(outcomeFacts(outcomes)).isEqualTo(outcomeFacts(model.outcomes()));
    }

    private static List<List<Object>> facts(List<StoredDocument> documents) {
        return documents.stream()
                .<List<Object>>map(
                        d -> List.of(d.collection(), d.id(), d.revision(), d.updatedAtMs(), ByteBuffer.wrap(d.body())))
                .toList();
    }

    private static List<List<Object>> changeFacts(List<Change> changes) {
        return changes.stream()
                .<List<Object>>map(c -> List.of(
                        c.offset(),
                        c.index(),
                        c.collection(),
                        c.id(),
                        c.committedAtMs(),
                        facts(c.document().stream().toList())))
                .toList();
    }

    private static List<List<Object>> outcomeFacts(List<Outcome> outcomes) {
        return outcomes.stream()
                .<List<Object>>map(o -> List.of(
                        o.identity(),
                        o.key(),
                        ByteBuffer.wrap(o.requestHash()),
                        ByteBuffer.wrap(o.result()),
                        o.expiresAtMs()))
                .toList();
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static IndexDefinition index(String... fields) {
        return new IndexDefinition(sort(fields));
    }

    private static List<SortField> sort(String... fields) {
        return Stream.of(fields).map(SortField::parse).toList();
    }
}
