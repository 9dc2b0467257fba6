package io.patchbay.engine.access;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessRulesTest {
    @TempDir
    Path folder;

    private TestPlane plane;
    private Session ann;
    private Session nobody;

    @BeforeEach
    void open() {
        plane = TestPlane.inMemory(folder);
        ann = plane.plane.open(TestPlane.user("ann"));
        nobody = plane.plane.open(Identity.ANONYMOUS);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private static Value.Struct owned(String owner) {
        return Value.struct("owner", Value.of(owner), "n", Value.of(1));
    }

    private static ErrorCode refusal(Session session, Operation operation) {
        return failure(session.documents().commit(TransactionRequest.of(operation)))
                .code();
    }

    private static Operation put(String id, Value.Struct data) {
        return TestPlane.put("notes", id, data, Precondition.ANY);
    }

    @Test
    void whatARuleSaysOfTheCallerIsLookedUpInAnIndex() {
        Visibility own = visibleToAnn("doc.owner == auth.id");
        assertThat(own.rules()).isEmpty();
        IndexDefinition index = new IndexDefinition(List.of(SortField.parse("owner"), SortField.parse("-population")));
        IndexPlan plan = IndexPlan.of(
                new StoreQuery(1, own.storeFilter(), List.of(SortField.parse("-population")), Optional.empty(), 20),
                List.of(new IndexDefinition(List.of(SortField.parse("population"))), index));
        assertThat(plan.index()).contains(index);
        assertThat(plan.ordered()).isTrue();
        assertThat(plan.narrowed()).isTrue();
        assertThat(plan.residual()).isEmpty();
    }

    @Test
    void whatARuleAsksOfTheCallerAloneIsAnsweredBeforehand() {
        assertThat(visibleToAnn("auth.role == 'user'").isAll()).isTrue();
        assertThat(visibleToAnn("auth.role == 'admin'").isNone()).isTrue();
        assertThat(visibleToAnn("has(auth.name) && doc.n == 1").filters()).hasSize(1);
        assertThat(visibleToAnn("auth.role == 'admin' || doc.n == 1").rules()).isEmpty();
    }

    private static Visibility visibleToAnn(String rule) {
        return new AccessRules("notes", Map.of("list", rule))
                .of(TestPlane.user("ann"))
                .visibility(Action.LIST);
    }

    @Test
    void withoutRulesOnlyAdminsComeIn() {
        plane.collection("notes");
        plane.put("notes", "a", owned("id-of-ann"));
        assertThat(failure(ann.documents().get("notes", "a")).code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(ann.documents().list(ListRequest.of("notes"))).code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(ann, put("b", owned("id-of-ann")))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(ann, new Operation.Delete("notes", "a", Precondition.ANY)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(ann.collections().list()).code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(get(ann.documents().changes(Optional.empty(), 10)).items()).isEmpty();
    }

    @Test
    void whoIsLoggedInIsAllowedByARuleThatAsksForNoMore() {
        plane.collection(
                "notes",
                Map.of(
                        "list",
                        "auth != null",
                        "read",
                        "auth != null",
                        "create",
                        "auth != null",
                        "update",
                        "auth != null"));
        get(ann.documents().commit(TransactionRequest.of(put("a", owned("x")))));
        assertThat(get(ann.documents().list(ListRequest.of("notes"))).items()).hasSize(1);
        assertThat(failure(nobody.documents().get("notes", "a")).code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(nobody, put("b", owned("x")))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void ownersSeeAndChangeWhatIsTheirs() {
        plane.collection(
                "notes",
                Map.of(
                        "list", "doc.owner == auth.id",
                        "read", "doc.owner == auth.id",
                        "create", "doc.owner == auth.id",
                        "update", "before.owner == auth.id && after.owner == before.owner",
                        "delete", "doc.owner == auth.id"));
        plane.put("notes", "hers", owned("id-of-ann"));
        plane.put("notes", "his", owned("id-of-bob"));
        assertThat(get(ann.documents().list(ListRequest.of("notes"))).items().stream()
                        .map(Document::id))
                .containsExactly("hers");
        assertThat(failure(ann.documents().get("notes", "his")).code()).isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
        assertThat(refusal(ann, new Operation.Patch("notes", "his", owned("id-of-ann"), Precondition.ANY)))
                .isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
        assertThat(refusal(ann, new Operation.Delete("notes", "his", Precondition.EXISTS)))
                .isEqualTo(ErrorCode.REVISION_CONFLICT);
        assertThat(refusal(ann, put("new", owned("id-of-bob")))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(ann, put("hers", owned("id-of-bob")))).isEqualTo(ErrorCode.FORBIDDEN);
        get(ann.documents().commit(TransactionRequest.of(put("new", owned("id-of-ann")))));
        get(ann.documents()
                .commit(TransactionRequest.of(
                        new Operation.Patch("notes", "hers", Value.struct("n", Value.of(2)), Precondition.ANY))));
        assertThat(get(ann.documents().get("notes", "hers")).data().findInt("n"))
                .contains(2L);
        get(ann.documents().commit(TransactionRequest.of(new Operation.Delete("notes", "hers", Precondition.ANY))));
    }

    @Test
    void rulesMaySpeakOfTheDocumentAsAWhole() {
        plane.collection("notes", Map.of("list", "!has(doc.secret) && doc.tags.exists(t, t == doc.owner)"));
        plane.put("notes", "open", Value.struct("owner", Value.of("x"), "tags", Value.array(Value.of("x"))));
        plane.put("notes", "other", Value.struct("owner", Value.of("x"), "tags", Value.array(Value.of("y"))));
        plane.put(
                "notes",
                "secret",
                Value.struct("owner", Value.of("x"), "tags", Value.array(Value.of("x")), "secret", Value.of(1)));
        assertThat(get(ann.documents().list(ListRequest.of("notes"))).items().stream()
                        .map(Document::id))
                .containsExactly("open");
    }

    /** An answer that lacked a document would be wrong; one that failed for a hidden document would tell of it. */
    @Test
    void aFilterTooCostlyForADocumentFailsTheListUnlessTheRuleHidesIt() {
        plane.collection("notes", Map.of("list", "has(doc.open)"));
        Value[] numbers = IntStream.range(0, 1_500).mapToObj(Value::of).toArray(Value[]::new);
        Value.Struct costly = Value.struct("l", Value.array(numbers));
        plane.put("notes", "small", Value.struct("l", Value.array(Value.of(1)), "open", Value.TRUE));
        plane.put("notes", "hidden", costly);
        ListRequest list = new ListRequest(
                "notes", Optional.of("l.all(a, l.all(b, a != b + 10000))"), List.of(), 10, Optional.empty());
        assertThat(get(ann.documents().list(list)).items())
                .extracting(Document::id)
                .containsExactly("small");

        plane.put("notes", "hidden", costly.with("open", Value.TRUE));
        PatchbayException failure = failure(ann.documents().list(list));
        assertThat(failure.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(failure).hasMessageContaining("the document 'hidden'");
    }

    /** Else the answers would tell which ids others use. */
    @Test
    void whatIsHiddenIsAnsweredLikeWhatIsNotThere() {
        plane.collection(
                "notes",
                Map.of(
                        "list", "doc.owner == auth.id",
                        "read", "doc.owner == auth.id",
                        "update", "doc.owner == auth.id",
                        "delete", "doc.owner == auth.id"));
        long revision = plane.put("notes", "hidden", owned("id-of-bob"))
                .written()
                .get(0)
                .revision();
        for (Precondition precondition : List.of(
                Precondition.ANY, Precondition.ABSENT, Precondition.EXISTS, new Precondition.AtRevision(revision))) {
            for (Function<String, Operation> attempt : List.<Function<String, Operation>>of(
                    id -> TestPlane.put("notes", id, owned("id-of-ann"), precondition),
                    id -> new Operation.Patch("notes", id, owned("id-of-ann"), precondition),
                    id -> new Operation.Delete("notes", id, precondition),
                    id -> new Operation.Check("notes", id, precondition))) {
                assertThat(answer(attempt.apply("hidden")))
                        .as("%s", attempt.apply("hidden"))
                        .isEqualTo(answer(attempt.apply("absent")).replace("absent", "hidden"));
            }
        }
        assertThat(get(plane.admin.documents().get("notes", "hidden")).revision())
                .isEqualTo(revision);
    }

    /** However much the other rules allow: a condition is about what the caller may read. */
    @Test
    void aConditionOnWhatIsHiddenTellsNothingWhereAllElseIsAllowed() {
        plane.collection(
                "notes", Map.of("read", "doc.owner == auth.id", "create", "true", "update", "true", "delete", "true"));
        long revision = plane.put("notes", "hidden", owned("id-of-bob"))
                .written()
                .get(0)
                .revision();
        for (Precondition precondition :
                List.of(Precondition.EXISTS, new Precondition.AtRevision(revision), new Precondition.AtRevision(77))) {
            for (Function<String, Operation> attempt : List.<Function<String, Operation>>of(
                    id -> TestPlane.put("notes", id, owned("id-of-ann"), precondition),
                    id -> new Operation.Patch("notes", id, owned("id-of-ann"), precondition),
                    id -> new Operation.Delete("notes", id, precondition),
                    id -> new Operation.Check("notes", id, precondition))) {
                assertThat(answer(attempt.apply("hidden")))
                        .as("%s", attempt.apply("hidden"))
                        .isEqualTo(answer(attempt.apply("absent")).replace("absent", "hidden"));
            }
        }
        // That the id is taken can't be kept from who may create, but what stands there can.
        assertThat(answer(TestPlane.put("notes", "hidden", owned("id-of-ann"), Precondition.ABSENT)))
                .contains("You may not create")
                .doesNotContain("revision");
        assertThat(get(plane.admin.documents().get("notes", "hidden")).revision())
                .isEqualTo(revision);
    }

    private String answer(Operation operation) {
        return get(ann.documents()
                .commit(TransactionRequest.of(operation))
                .handle((result, failure) -> failure == null
                        ? "done " + result.written().size()
                        : failure + " " + ((PatchbayException) failure).details()));
    }

    @Test
    void aRuleThatCantBeCompiledIsRefusedWithItsPlace() {
        for (String[] given : new String[][] {
            {"doc.owner ==", "1", "13"},
            {"auth != null &&\n  owner == auth.id", "2", "3"},
            {"doc.tags.exists(t, t == u)", "1", "25"},
            {"doc.n > 1u", "1", "9"}
        }) {
            PatchbayException refused = failure(plane.admin
                    .collections()
                    .create(new CollectionDefinition("notes", List.of(), Map.of("update", given[0]))));
            assertThat(refused.code()).as(given[0]).isEqualTo(ErrorCode.RULE_INVALID);
            assertThat(refused)
                    .hasMessageContaining(
                            "The rule for update can't be read at line " + given[1] + ", column " + given[2] + ": ");
            assertThat(refused.details())
                    .containsEntry("action", "update")
                    .containsEntry("line", Long.valueOf(given[1]))
                    .containsEntry("column", Long.valueOf(given[2]));
        }
    }

    @Test
    void aRuleThatChangesCountsFromTheNextCall() {
        plane.collection("notes", Map.of("create", "true", "update", "true"));
        get(ann.documents().commit(TransactionRequest.of(put("a", owned("x")))));
        get(plane.admin.collections().update(new CollectionDefinition("notes", List.of(), Map.of())));
        assertThat(refusal(ann, put("b", owned("x")))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void anExpiredTokenAsksForAnother() {
        plane.collection("notes", Map.of("read", "true"));
        Identity expired = new Identity(
                "id-of-ann",
                "ann",
                TestPlane.user("ann").role(),
                Optional.of("f"),
                Optional.of(Instant.now().minusSeconds(1)));
        ann.authenticate(expired);
        assertThat(failure(ann.documents().get("notes", "a")).code()).isEqualTo(ErrorCode.TOKEN_EXPIRED);
        ann.authenticate(TestPlane.user("ann"));
        assertThat(failure(ann.documents().get("notes", "a")).code()).isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }
}
