package io.patchbay.engine.documents;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.Position;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.testkit.Seeds;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
    @TempDir
    Path folder;

    private final MemoryStoreFactory factory = new MemoryStoreFactory();
    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory, Clock.systemUTC());
        plane.collection("items");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private ListRequest request(Optional<String> filter, String sort, int limit, Optional<String> cursor) {
        List<SortField> fields = sort.isEmpty()
                ? List.of()
                : Stream.of(sort.split(",")).map(SortField::parse).toList();
        return new ListRequest("items", filter, fields, limit, cursor);
    }

    private List<String> pageThrough(Optional<String> filter, String sort, int limit) {
        List<String> ids = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page page = get(plane.admin.documents().list(request(filter, sort, limit, cursor)));
            assertThat(page.items().size()).isLessThanOrEqualTo(limit);
            page.items().forEach(document -> ids.add(document.id()));
            cursor = page.next();
        } while (cursor.isPresent());
        return ids;
    }

    @Test
    void pagesAddUpToTheWholeList() {
        Random random = Seeds.random("pagesAddUpToTheWholeList");
        List<Operation> puts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Value a = switch (random.nextInt(5)) {
                case 0 -> Value.NULL;
                case 1 -> Value.of(random.nextInt(4));
                case 2 -> Value.of(random.nextInt(4) + 0.5);
                case 3 -> Value.of("t\uFFFD\uD83D\uDE00".substring(0, 1 + random.nextInt(2)));
                default -> Value.of(random.nextBoolean());
            };
            Value.Struct data =
                    random.nextInt(6) == 0 ? Value.struct() : Value.struct("a", a, "b", Value.of(random.nextInt(3)));
            puts.add(TestPlane.put("items", "d" + i, data, Precondition.ANY));
        }
        get(plane.admin.documents().commit(new TransactionRequest(puts, Optional.empty())));
        for (String sort : List.of("", "a", "-a", "b,-a", "-meta.updatedAt", "meta.id")) {
            List<String> whole = pageThrough(Optional.empty(), sort, 1000);
            assertThat(whole).hasSize(200).doesNotHaveDuplicates();
            assertThat(pageThrough(Optional.empty(), sort, 7)).as(sort).isEqualTo(whole);
            assertThat(pageThrough(Optional.of("b == 1"), sort, 3))
                    .isEqualTo(pageThrough(Optional.of("b == 1"), sort, 1000));
        }
    }

    @Test
    void manyWhoPatchOneDocumentAtOnceAllSucceed() {
        plane.put("items", "shared", Value.struct());
        List<CompletionStage<TransactionResult>> patches = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Operation patch =
                    new Operation.Patch("items", "shared", Value.struct("field" + i, Value.of(i)), Precondition.ANY);
            patches.add(plane.admin.documents().commit(new TransactionRequest(List.of(patch), Optional.empty())));
        }
        patches.forEach(TestPlane::get);
        assertThat(get(plane.admin.documents().get("items", "shared")).data().fields())
                .hasSize(100);
    }

    @Test
    void bigDocumentsInAnyOrderAreAllPagedThrough() {
        Random random = Seeds.random("bigDocumentsInAnyOrderAreAllPagedThrough");
        for (int i = 0; i < 40; i++) {
            Value text = Value.of("x".repeat(1 + random.nextInt(Limits.DOCUMENT_BYTES - 100)));
            plane.put("items", "d" + i, Value.struct("a", Value.of(random.nextInt(10)), "text", text));
        }
        List<String> bySingles = pageThrough(Optional.empty(), "-a", 1);
        assertThat(bySingles).hasSize(40).doesNotHaveDuplicates();
        assertThat(pageThrough(Optional.empty(), "-a", 1000)).isEqualTo(bySingles);
    }

    @Test
    void aDeleteOfNothingHasTheRevisionOfItsPosition() {
        plane.put("items", "one", Value.struct());
        Operation delete = new Operation.Delete("items", "nothing", Precondition.ANY);
        TransactionResult result =
                get(plane.admin.documents().commit(new TransactionRequest(List.of(delete), Optional.empty())));
        assertThat(result.written().get(0).revision())
                .isEqualTo(result.position().offset());
    }

    @Test
    void sixtyFourObjectsInOneAnotherAreTheDeepestDocument() {
        Value.Struct deepest = Value.struct("leaf", Value.of(1));
        for (int i = 1; i < Limits.DEPTH; i++) {
            deepest = Value.struct("inner", deepest);
        }
        plane.put("items", "deepest", deepest);
        Operation deeper = TestPlane.put("items", "deeper", Value.struct("inner", deepest), Precondition.ANY);
        assertThat(failure(plane.admin.documents().commit(new TransactionRequest(List.of(deeper), Optional.empty())))
                        .code())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void anIdempotencyKeyTakesNoLevelOfTheDocument() {
        Value.Struct inner = Value.struct();
        for (int i = 2; i < Limits.DEPTH; i++) {
            inner = Value.struct("inner", inner);
        }
        Value.Struct deepest = Value.struct("inner", inner);
        Value.Struct deeper = Value.struct("inner", deepest);
        plane.put("items", "one", Value.struct());
        int key = 0;
        for (Value.Struct data : List.of(deepest, deeper)) {
            for (Operation write : List.of(
                    TestPlane.put("items", "put", data, Precondition.ANY),
                    new Operation.Put("items", Optional.empty(), data, Precondition.ANY),
                    new Operation.Patch("items", "one", data, Precondition.ANY))) {
                Operation beside = TestPlane.put("items", "beside", Value.struct(), Precondition.ANY);
                for (List<Operation> operations : List.of(List.of(write), List.of(beside, write))) {
                    for (Optional<String> named : List.of(Optional.<String>empty(), Optional.of("key-" + key++))) {
                        CompletionStage<TransactionResult> result =
                                plane.admin.documents().commit(new TransactionRequest(operations, named));
                        if (data == deepest) {
                            assertThat(get(result).written()).hasSameSizeAs(operations);
                        } else {
                            PatchbayException refusal = failure(result);
                            assertThat(refusal.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
                            assertThat(refusal)
                                    .hasMessage("A value may be nested 64 levels deep, and this one is deeper.");
                        }
                    }
                }
            }
        }
    }

    @Test
    void missingSortsBeforeNullAndDescendingIsTheReverse() {
        plane.put("items", "missing", Value.struct());
        plane.put("items", "null", Value.struct("a", Value.NULL));
        plane.put("items", "number", Value.struct("a", Value.of(1)));
        plane.put("items", "text", Value.struct("a", Value.of("x")));
        List<String> up = pageThrough(Optional.empty(), "a", 10);
        assertThat(up).containsExactly("missing", "null", "number", "text");
        List<String> down = pageThrough(Optional.empty(), "-a", 10);
        Collections.reverse(down);
        assertThat(down).isEqualTo(up);
    }

    @Test
    void aCursorIsGoodForItsQueryOnly() {
        for (int i = 0; i < 5; i++) {
            plane.put("items", "d" + i, Value.struct("a", Value.of(i)));
        }
        String cursor = get(plane.admin.documents().list(request(Optional.empty(), "a", 2, Optional.empty())))
                .next()
                .orElseThrow();
        List<ListRequest> others = List.of(
                request(Optional.empty(), "-a", 2, Optional.of(cursor)),
                request(Optional.of("a > 0"), "a", 2, Optional.of(cursor)),
                request(Optional.empty(), "", 2, Optional.of(cursor)));
        for (ListRequest other : others) {
            assertThat(failure(plane.admin.documents().list(other)).code()).isEqualTo(ErrorCode.CURSOR_INVALID);
        }
    }

    @Test
    void hostileCursorsAreRefused() {
        plane.put("items", "a", Value.struct("a", Value.of(1)));
        plane.put("items", "b", Value.struct("a", Value.of(2)));
        String cursor = get(plane.admin.documents().list(request(Optional.empty(), "a", 1, Optional.empty())))
                .next()
                .orElseThrow();
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        List<String> hostile = new ArrayList<>(List.of("", "!", "AAAA", "é", cursor + "====", "x".repeat(100_000)));
        for (int cut = 0; cut < bytes.length; cut++) {
            hostile.add(Base64.getUrlEncoder().encodeToString(java.util.Arrays.copyOf(bytes, cut)));
        }
        byte[] huge = bytes.clone();
        huge[10] = 0x7F;
        hostile.add(Base64.getUrlEncoder().encodeToString(huge));
        for (String text : hostile) {
            assertThat(failure(plane.admin.documents().list(request(Optional.empty(), "a", 1, Optional.of(text))))
                            .code())
                    .as(text.length() > 80 ? "long" : text)
                    .isEqualTo(ErrorCode.CURSOR_INVALID);
        }
    }

    @Test
    void aCursorSurvivesARestart() {
        for (int i = 0; i < 5; i++) {
            plane.put("items", "d" + i, Value.struct("a", Value.of(i)));
        }
        String cursor = get(plane.admin.documents().list(request(Optional.empty(), "-a", 2, Optional.empty())))
                .next()
                .orElseThrow();
        plane.close();
        plane = new TestPlane(folder, factory.nextVersion(), Clock.systemUTC());
        Page page = get(plane.admin.documents().list(request(Optional.empty(), "-a", 2, Optional.of(cursor))));
        assertThat(page.items().stream().map(Document::id)).containsExactly("d2", "d1");
    }

    @Test
    void limitsAreRefusedByName() {
        Value deep = Value.of(1);
        for (int i = 0; i < Limits.DEPTH + 1; i++) {
            deep = Value.array(deep);
        }
        assertThat(refusal("items", "a", Value.struct("d", deep))).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refusal("items", "a", Value.struct("d", Value.of("x".repeat(Limits.DOCUMENT_BYTES)))))
                .isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(refusal("items", "", Value.struct())).isEqualTo(ErrorCode.ID_INVALID);
        assertThat(refusal("items", "x".repeat(257), Value.struct())).isEqualTo(ErrorCode.ID_INVALID);
        assertThat(refusal("items", "a\u0000b", Value.struct())).isEqualTo(ErrorCode.ID_INVALID);
        assertThat(refusal("items", "\uD800", Value.struct())).isEqualTo(ErrorCode.VALUE_INVALID);
        assertThat(refusal("nowhere", "a", Value.struct())).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(refusal("_users", "a", Value.struct())).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(refusal("../x", "a", Value.struct())).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(refusal("#next", "a", Value.struct())).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(failure(plane.admin.documents().list(request(Optional.empty(), "", 0, Optional.empty())))
                        .code())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(failure(plane.admin.documents().list(request(Optional.of("a =="), "", 1, Optional.empty())))
                        .code())
                .isEqualTo(ErrorCode.FILTER_INVALID);
        assertThat(failure(plane.admin.documents().commit(new TransactionRequest(List.of(), Optional.empty())))
                        .code())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(failure(plane.admin
                                .documents()
                                .commit(TransactionRequest.of(
                                        TestPlane.put("items", "a", Value.struct(), Precondition.ANY),
                                        new Operation.Delete("items", "a", Precondition.ANY))))
                        .code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    private ErrorCode refusal(String collection, String id, Value.Struct data) {
        return failure(plane.admin
                        .documents()
                        .commit(TransactionRequest.of(TestPlane.put(collection, id, data, Precondition.ANY))))
                .code();
    }

    @Test
    void tooManyUnindexedDocumentsNeedAnIndex() {
        List<Operation> puts = new ArrayList<>();
        for (int i = 0; i <= Limits.UNINDEXED_SCAN_DOCUMENTS; i++) {
            puts.add(new Operation.Put("items", Optional.empty(), Value.struct("a", Value.of(i)), Precondition.ANY));
            if (puts.size() == 1000) {
                get(plane.admin.documents().commit(new TransactionRequest(puts, Optional.empty())));
                puts.clear();
            }
        }
        get(plane.admin.documents().commit(new TransactionRequest(puts, Optional.empty())));
        var failure = failure(
                plane.admin.documents().list(request(Optional.of("a < 0 && size(b.c) > 1"), "", 10, Optional.empty())));
        assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_NEEDS_INDEX);
        assertThat(failure.getMessage()).contains("a, b.c");
        assertThat(get(plane.admin.documents().list(request(Optional.empty(), "", 10, Optional.empty())))
                        .items())
                .hasSize(10);
        // What no document can match needs none.
        assertThat(get(plane.admin.documents().list(request(Optional.of("a < 0 && 1 > 2"), "", 10, Optional.empty())))
                        .items())
                .isEmpty();
    }

    @Test
    void changesComeInCommitOrderWithoutGaps() {
        Position start = plane.plane.feed().position();
        for (int i = 0; i < 25; i++) {
            plane.put("items", "d" + i % 4, Value.struct("n", Value.of(i)));
        }
        plane.delete("items", "d0");
        List<ChangePage.NamedChange> all = new ArrayList<>();
        Position since = start;
        while (true) {
            ChangePage page = get(plane.admin.documents().changes(Optional.of(since), 10));
            all.addAll(page.items());
            since = page.next();
            if (page.items().isEmpty()) {
                break;
            }
        }
        assertThat(all).hasSize(26);
        assertThat(all.stream().map(change -> change.position().offset()))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(all.get(25).change().deletes()).isTrue();
        assertThat(all).allMatch(change -> change.collection().equals("items"));
        assertThat(since).isEqualTo(plane.plane.feed().position());
        assertThat(failure(plane.admin.documents().changes(Optional.of(new Position("other", 0)), 10))
                        .code())
                .isEqualTo(ErrorCode.HISTORY_GONE);
    }

    @Test
    void collectionsHaveRulesForTheirDefinitions() {
        assertThat(creation(new CollectionDefinition("9lives", List.of(), Map.of())))
                .isEqualTo(ErrorCode.NAME_INVALID);
        assertThat(creation(new CollectionDefinition("_mine", List.of(), Map.of())))
                .isEqualTo(ErrorCode.NAME_INVALID);
        assertThat(creation(new CollectionDefinition("a".repeat(65), List.of(), Map.of())))
                .isEqualTo(ErrorCode.NAME_INVALID);
        assertThat(creation(new CollectionDefinition("items", List.of(), Map.of())))
                .isEqualTo(ErrorCode.ALREADY_EXISTS);
        assertThat(creation(new CollectionDefinition("x", List.of(new IndexDefinition(List.of())), Map.of())))
                .isEqualTo(ErrorCode.INDEX_INVALID);
        assertThat(creation(new CollectionDefinition("x", List.of(), Map.of("list", "doc.a =="))))
                .isEqualTo(ErrorCode.RULE_INVALID);
        assertThat(creation(new CollectionDefinition("x", List.of(), Map.of("lists", "true"))))
                .isEqualTo(ErrorCode.RULE_INVALID);
        assertThat(creation(new CollectionDefinition("x", List.of(), Map.of("list", "owner == auth.id"))))
                .isEqualTo(ErrorCode.RULE_INVALID);
    }

    private ErrorCode creation(CollectionDefinition definition) {
        return failure(plane.admin.collections().create(definition)).code();
    }

    @Test
    void aNameThatIsCreatedAgainIsAnotherCollection() {
        long first = plane.plane.catalog().require("items").id();
        plane.put("items", "a", Value.struct());
        get(plane.admin.collections().delete("items"));
        assertThat(plane.collection("items").id()).isGreaterThan(first);
        assertThat(get(plane.admin.documents().list(ListRequest.of("items"))).items())
                .isEmpty();
        List<ChangePage.NamedChange> changes =
                get(plane.admin.documents().changes(Optional.empty(), 100)).items();
        assertThat(changes)
                .allMatch(change -> change.collection().equals("items"))
                .hasSize(2);
    }

    @Test
    void theStoreIsToldOfIndexes() {
        IndexDefinition index =
                new IndexDefinition(List.of(SortField.parse("country"), SortField.parse("-population")));
        long id = get(plane.admin.collections().create(new CollectionDefinition("cities", List.of(index), Map.of())))
                .id();
        assertThat(factory.store().indexes.get(id)).containsExactly(index);
        plane.close();
        MemoryStoreFactory next = factory.nextVersion();
        plane = new TestPlane(folder, next, Clock.systemUTC());
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(next.store().indexes.get(id)).containsExactly(index));
    }

    @Test
    void theFeedIsTrimmedAndSaysSo() {
        Position start = plane.plane.feed().position();
        for (int i = 0; i < 10; i++) {
            plane.put("items", "d" + i, Value.struct());
        }
        plane.close();
        io.patchbay.engine.testing.TestClock later = new io.patchbay.engine.testing.TestClock();
        later.moveMs(System.currentTimeMillis());
        plane = new TestPlane(folder, factory.nextVersion(), later);
        get(plane.admin.collections().list());
        try (io.patchbay.engine.feed.FeedPin pin = plane.plane.feed().pin("reader", start.offset())) {
            plane.plane.trimFeed();
            assertThat(pin.name()).isEqualTo("reader");
        }
        plane.plane.trimFeed();
        assertThat(failure(plane.admin.documents().changes(Optional.of(start), 10))
                        .code())
                .isEqualTo(ErrorCode.HISTORY_GONE);
        assertThat(get(plane.admin.documents().changes(Optional.empty(), 10)).items())
                .isEmpty();
        assertThat(get(plane.admin.documents().list(ListRequest.of("items"))).items())
                .hasSize(10);
    }
}
