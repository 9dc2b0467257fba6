package io.patchbay.engine.access;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.RuleCase;
import io.patchbay.api.document.RuleVerdict;
import io.patchbay.api.document.Rules;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** Rules tried out by what guards the documents: no second evaluation that could differ. Any thread. */
@Component
public final class CelRules implements Rules {
    private static final String ID = "id";
    private static final String META = "meta";
    private static final long LONG_AGO_MS = 0;

    private final Clock clock;

    public CelRules() {
        this(Clock.systemUTC());
    }

    CelRules(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void check(Map<String, String> rules) {
        new AccessRules("", Map.copyOf(rules)).check();
    }

    @Override
    public List<RuleVerdict> test(String collection, Map<String, String> rules, List<RuleCase> cases) {
        AccessRules access = new AccessRules(collection, Map.copyOf(rules));
        access.check();
        return cases.stream()
                .map(one -> judge(access.of(one.caller()), one, Optional.ofNullable(rules.get(one.action()))))
                .toList();
    }

    private RuleVerdict judge(Rights rights, RuleCase one, Optional<String> rule) {
        Action action = Action.find(one.action())
                .orElseThrow(() ->
                        new PatchbayException(ErrorCode.BAD_REQUEST, "There is no action '" + one.action() + "'."));
        if (one instanceof RuleCase.Sight sight) {
            return judge(rights.visibility(action), sight, rule);
        }
        RuleCase.Change change = (RuleCase.Change) one;
        boolean allowed = isAllowed(rights, action, change);
        return new RuleVerdict(
                one.name(),
                one.action(),
                allowed == change.allowed(),
                word(change.allowed()),
                word(allowed),
                List.of(),
                List.of(),
                rule);
    }

    private boolean isAllowed(Rights rights, Action action, RuleCase.Change change) {
        Optional<StoredDocument> before = change.before().map(data -> document("document", 1, LONG_AGO_MS, data));
        // As when it is written: what will be has the revision of what was, and is of now.
        long revision = before.map(StoredDocument::revision).orElse(0L);
        String id = before.map(StoredDocument::id).orElse("document");
        Optional<StoredDocument> after = change.after().map(data -> document(id, revision, clock.millis(), data));
        return switch (action) {
            case LIST, READ -> rights.visibility(action).sees(before.orElseThrow());
            case CREATE, UPDATE, DELETE -> rights.allows(action, before, after);
        };
    }

    private static RuleVerdict judge(Visibility visibility, RuleCase.Sight sight, Optional<String> rule) {
        Set<String> seen = new LinkedHashSet<>();
        sight.documents().forEach((id, data) -> {
            if (visibility.sees(document(id, 1, LONG_AGO_MS, data))) {
                seen.add(id);
            }
        });
        List<String> missing = without(sight.visible(), seen);
        List<String> unexpected = without(seen, sight.visible());
        return new RuleVerdict(
                sight.name(),
                sight.action(),
                missing.isEmpty() && unexpected.isEmpty(),
                String.join(", ", sight.visible()),
                String.join(", ", seen),
                missing,
                unexpected,
                rule);
    }

    private static List<String> without(Set<String> ids, Set<String> others) {
        List<String> rest = new ArrayList<>(ids);
        rest.removeAll(others);
        return rest;
    }

    private static StoredDocument document(String id, long revision, long updatedAtMs, Value.Struct data) {
        Value.Struct meta = data.fields().get(META) instanceof Value.Struct given ? given : Value.Struct.EMPTY;
        Map<String, Value> fields = new LinkedHashMap<>(data.fields());
        fields.remove(META);
        return StoredDocument.of(
                1,
                meta.findText(ID).orElse(id),
                meta.findInt("revision").orElse(revision),
                meta.findInt("updatedAt").orElse(updatedAtMs),
                new Value.Struct(fields));
    }

    private static String word(boolean allowed) {
        return allowed ? "allow" : "deny";
    }
}
