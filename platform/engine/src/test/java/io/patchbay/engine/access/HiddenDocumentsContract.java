package io.patchbay.engine.access;

import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.MergePatch;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.testing.TestClient;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.testkit.Seeds;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No read, list, filter, sort, page, change, subscription, transaction or patch ever shows a document that a rule hides, or hides one that it shows: random rules, documents and callers beside
 * a model that knows rules only as Java.
 */
abstract class HiddenDocumentsContract {
    private static final String NOTES = "notes";
    private static final List<Identity> CALLERS =
            List.of(TestPlane.user("ann"), TestPlane.user("bob"), Identity.ANONYMOUS);
    private static final List<String> SORTS = List.of("", "level", "-level", "owner,-n", "secret", "-public,level");
    private static final int ROUNDS = 12;
    private static final int STEPS_PER_ROUND = 40;
    private static final int IDS = 25;

    @TempDir
    Path folder;

    private final Random random = Seeds.random(getClass().getSimpleName());
    private final Map<String, Value.Struct> documents = new TreeMap<>();
    private final Map<Action, RuleModel.Rule> rules = new HashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private TestPlane plane;

    abstract DocumentStoreFactory factory();

    /** One live query of one caller. */
    private record Watcher(Identity identity, SubscribeRequest.Mode mode, RuleModel.Filter filter, TestClient client) {}

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory(), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void nothingHiddenIsEverShown() {
        get(plane.admin.collections().create(definition()));
        for (int round = 0; round < ROUNDS; round++) {
            chooseRules();
            get(plane.admin.collections().update(definition()));
            forgetWatchers();
            for (Identity caller : CALLERS) {
                watch(caller);
            }
            Position roundBegan = plane.plane.feed().position();
            for (int step = 0; step < STEPS_PER_ROUND; step++) {
                write();
                if (step % 5 == 0) {
                    CALLERS.forEach(this::readsAreRight);
                }
            }
            CALLERS.forEach(this::hiddenIsAnsweredAsAbsent);
            CALLERS.forEach(caller -> changesAreRight(caller, roundBegan));
            watchers.forEach(this::awaitState);
            watchers.forEach(this::wasShownNothingHidden);
        }
    }

    private void chooseRules() {
        rules.put(Action.LIST, RuleModel.randomReadRule(random));
        rules.put(Action.READ, RuleModel.randomReadRule(random));
        rules.put(Action.CREATE, RuleModel.randomWriteRule(Action.CREATE, random));
        rules.put(Action.UPDATE, RuleModel.randomWriteRule(Action.UPDATE, random));
        rules.put(Action.DELETE, RuleModel.randomWriteRule(Action.DELETE, random));
    }

    private CollectionDefinition definition() {
        Map<String, String> texts = new LinkedHashMap<>();
        rules.forEach((action, rule) -> rule.text().ifPresent(text -> texts.put(action.label(), text)));
        return new CollectionDefinition(
                NOTES,
                List.of(
                        new IndexDefinition(SortField.parseAll("owner")),
                        new IndexDefinition(SortField.parseAll("level,-n"))),
                texts);
    }

    private boolean sees(Action action, Identity caller, Value.Struct doc) {
        return rules.get(action).meaning().allows(caller, Optional.of(doc), Optional.empty());
    }

    private void watch(Identity caller) {
        RuleModel.Filter filter = RuleModel.randomFilter(random);
        TestClient client = new TestClient(plane);
        Session session = client.connection.session();
        session.authenticate(caller);
        SubscribeRequest request = new SubscribeRequest(
                random.nextInt(4) == 0 ? SubscribeRequest.Mode.CHANGES : SubscribeRequest.Mode.WATCH,
                NOTES,
                filter.text(),
                Optional.empty());
        boolean refused = get(session.subscribe(1, request)
                .handle((position, failure) ->
                        failure != null && ((PatchbayException) failure).code() == ErrorCode.FORBIDDEN));
        if (refused) {
            assertThat(documents.values()).noneMatch(doc -> sees(Action.LIST, caller, doc));
            client.receiver.onClosed();
        } else {
            watchers.add(new Watcher(caller, request.mode(), filter, client));
        }
    }

    private void forgetWatchers() {
        watchers.forEach(watcher -> watcher.client.receiver.onClosed());
        watchers.clear();
    }

    private void write() {
        Identity caller = random.nextInt(4) == 0 ? Identity.SYSTEM : CALLERS.get(random.nextInt(CALLERS.size()));
        int count = random.nextInt(5) == 0 ? 3 : 1;
        List<Operation> operations = new ArrayList<>();
        Map<String, Value.Struct> expected = new TreeMap<>(documents);
        boolean allowed = true;
        List<String> used = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "d" + random.nextInt(IDS);
            if (!used.contains(id)) {
                used.add(id);
                Operation operation = randomOperation(id);
                operations.add(operation);
                allowed &= apply(caller, operation, id, expected);
            }
        }
        Session session = plane.plane.open(caller);
        boolean done = get(session.documents()
                .commit(TransactionRequest.of(operations.toArray(Operation[]::new)))
                .handle((result, failure) -> failure == null));
        assertThat(done).as("%s by %s under %s", operations, caller, rules).isEqualTo(allowed);
        if (done) {
            documents.clear();
            documents.putAll(expected);
        }
        assertThat(admins()).isEqualTo(documents);
    }

    private Operation randomOperation(String id) {
        Precondition precondition = randomPrecondition(id);
        return switch (random.nextInt(4)) {
            case 0 -> new Operation.Delete(NOTES, id, precondition);
            case 1 -> new Operation.Patch(NOTES, id, Value.struct("level", Value.of(random.nextInt(6))), precondition);
            default -> TestPlane.put(NOTES, id, RuleModel.randomDocument(random), precondition);
        };
    }

    private Precondition randomPrecondition(String id) {
        return switch (random.nextInt(8)) {
            case 0 -> Precondition.ABSENT;
            case 1 -> Precondition.EXISTS;
            case 2 -> new Precondition.AtRevision(revision(id) + random.nextInt(2));
            default -> Precondition.ANY;
        };
    }

    /** 1 for what is not there. */
    private long revision(String id) {
        return documents.containsKey(id)
                ? get(plane.admin.documents().get(NOTES, id)).revision()
                : 1;
    }

    private boolean holds(Precondition precondition, String id, boolean present) {
        if (precondition instanceof Precondition.AtRevision at) {
            return present && at.revision() == revision(id);
        }
        return precondition instanceof Precondition.Any || (precondition instanceof Precondition.Exists) == present;
    }

    /** Whatever is tried on a hidden document, but for making one of that id, is answered as on one that isn't there. */
    private void hiddenIsAnsweredAsAbsent(Identity caller) {
        Session session = plane.plane.open(caller);
        documents.forEach((id, doc) -> {
            if (!sees(Action.READ, caller, doc)) {
                for (Precondition precondition :
                        List.of(Precondition.EXISTS, Precondition.ABSENT, new Precondition.AtRevision(revision(id)))) {
                    attempts(precondition)
                            .forEach(attempt -> assertThat(answer(session, attempt.apply(id)))
                                    .as("%s on %s by %s under %s", attempt.apply(id), doc, caller, rules)
                                    .isEqualTo(answer(session, attempt.apply("absent"))
                                            .replace("absent", id)));
                }
            }
        });
        assertThat(admins()).isEqualTo(documents);
    }

    private List<Function<String, Operation>> attempts(Precondition precondition) {
        Value.Struct data = RuleModel.randomDocument(random);
        List<Function<String, Operation>> attempts = new ArrayList<>(List.of(
                id -> new Operation.Patch(NOTES, id, data, precondition),
                id -> new Operation.Delete(NOTES, id, precondition),
                id -> new Operation.Check(NOTES, id, precondition)));
        if (!(precondition instanceof Precondition.Absent)) {
            attempts.add(id -> TestPlane.put(NOTES, id, data, precondition));
        }
        return attempts;
    }

    private static String answer(Session session, Operation operation) {
        return get(session.documents()
                .commit(TransactionRequest.of(operation))
                .handle((result, failure) -> failure == null
                        ? "done " + result.written().size()
                        : failure + " " + ((PatchbayException) failure).details()));
    }

    /** What the model makes of it. */
    private boolean apply(Identity caller, Operation operation, String id, Map<String, Value.Struct> state) {
        Optional<Value.Struct> before = Optional.ofNullable(state.get(id));
        boolean admin = caller.isAdmin();
        boolean seen = before.isPresent() && (admin || sees(Action.READ, caller, before.get()));
        if (!(operation.precondition() instanceof Precondition.Any)) {
            if (!holds(operation.precondition(), id, seen)) {
                return false;
            }
            if (before.isPresent() && !seen) {
                // As if nothing were there; what is there can't be made anew, though.
                return operation instanceof Operation.Delete && mayDeleteSomething(caller);
            }
        }
        if (operation instanceof Operation.Delete) {
            boolean allowed = admin || rules.get(Action.DELETE).meaning().allows(caller, before, Optional.empty());
            if (before.isPresent() && allowed) {
                state.remove(id);
            }
            // Nothing to delete, as far as the caller knows, is no error unless nothing may ever be deleted.
            return allowed || (!seen && mayDeleteSomething(caller));
        }
        Value.Struct data = operation instanceof Operation.Put put
                ? put.data()
                : MergePatch.apply(before.orElse(Value.struct()), ((Operation.Patch) operation).patch());
        Action action = before.isPresent() ? Action.UPDATE : Action.CREATE;
        if (operation instanceof Operation.Patch && !seen) {
            return false;
        }
        if (!admin && !rules.get(action).meaning().allows(caller, before, Optional.of(data))) {
            return false;
        }
        state.put(id, data);
        return true;
    }

    private boolean mayDeleteSomething(Identity caller) {
        AccessRules bound = new AccessRules(NOTES, definition().rules());
        return bound.of(caller).always(Action.DELETE).orElse(true);
    }

    private Map<String, Value.Struct> admins() {
        Map<String, Value.Struct> all = new TreeMap<>();
        list(plane.admin, Optional.empty(), "", 50).forEach(document -> all.put(document.id(), document.data()));
        return all;
    }

    private void readsAreRight(Identity caller) {
        Session session = plane.plane.open(caller);
        for (int number = 0; number < IDS; number++) {
            String id = "d" + number;
            Value.Struct doc = documents.get(id);
            boolean expected = doc != null && sees(Action.READ, caller, doc);
            boolean found = get(session.documents().get(NOTES, id).handle((document, failure) -> failure == null));
            assertThat(found)
                    .as("%s reads %s %s under %s", caller, id, doc, rules)
                    .isEqualTo(expected);
        }
        RuleModel.Filter filter = RuleModel.randomFilter(random);
        Map<String, Value.Struct> expected = visible(caller, filter);
        String sort = SORTS.get(random.nextInt(SORTS.size()));
        List<Document> listed = listOrNothing(session, filter.text(), sort, 1 + random.nextInt(9));
        Map<String, Value.Struct> shown = new TreeMap<>();
        listed.forEach(document -> shown.put(document.id(), document.data()));
        assertThat(shown)
                .as("%s lists %s by '%s' under %s", caller, filter.text(), sort, rules)
                .isEqualTo(expected)
                .hasSize(listed.size());
    }

    private Map<String, Value.Struct> visible(Identity caller, RuleModel.Filter filter) {
        Map<String, Value.Struct> visible = new TreeMap<>();
        documents.forEach((id, doc) -> {
            if (sees(Action.LIST, caller, doc) && filter.meaning().test(doc)) {
                visible.put(id, doc);
            }
        });
        return visible;
    }

    /** Nothing if the caller may never list. */
    private static List<Document> listOrNothing(Session session, Optional<String> filter, String sort, int limit) {
        try {
            return list(session, filter, sort, limit);
        } catch (CompletionException e) {
            assertThat(((PatchbayException) e.getCause()).code()).isEqualTo(ErrorCode.FORBIDDEN);
            return List.of();
        }
    }

    private static List<Document> list(Session session, Optional<String> filter, String sort, int limit) {
        List<Document> all = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page page = get(session.documents()
                    .list(new ListRequest(
                            NOTES, filter, sort.isEmpty() ? List.of() : SortField.parseAll(sort), limit, cursor)));
            all.addAll(page.items());
            cursor = page.next();
        } while (cursor.isPresent());
        return all;
    }

    private void changesAreRight(Identity caller, Position since) {
        ChangePage page = get(plane.plane.open(caller).documents().changes(Optional.of(since), 1000));
        page.items()
                .forEach(change -> change.change()
                        .document()
                        .ifPresent(doc -> assertThat(sees(Action.LIST, caller, doc.data()))
                                .as("%s is shown the change %s under %s", caller, doc.data(), rules)
                                .isTrue()));
    }

    private void awaitState(Watcher watcher) {
        // Who asks for changes begins without the state.
        if (watcher.mode == SubscribeRequest.Mode.WATCH) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(watcher.client.state(1)).isEqualTo(visible(watcher.identity, watcher.filter)));
        }
    }

    private void wasShownNothingHidden(Watcher watcher) {
        for (SubscriptionEvent event : watcher.client.eventsOf(1)) {
            shown(event)
                    .forEach(document -> assertThat(sees(Action.LIST, watcher.identity, document.data())
                                    && watcher.filter.meaning().test(document.data()))
                            .as(
                                    "%s, watching %s, is shown %s under %s",
                                    watcher.identity, watcher.filter.text(), document, rules)
                            .isTrue());
        }
    }

    private static List<Document> shown(SubscriptionEvent event) {
        if (event instanceof SubscriptionEvent.Snapshot snapshot) {
            return snapshot.items();
        }
        if (event instanceof SubscriptionEvent.Changes changes) {
            return changes.changes().stream()
                    .flatMap(change -> change.document().stream())
                    .toList();
        }
        return List.of();
    }
}
