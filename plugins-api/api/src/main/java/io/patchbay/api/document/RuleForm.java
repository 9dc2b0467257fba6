package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules and their test cases as people write them, the same in files and over HTTP: {@code {"action":"update","auth":{"id":"ann"},"before":{...},"after":{...},"expect":"allow"}} or {@code
 * {"action":"list","auth":null,"documents":{"a":{...}},"visible":["a"]}}.
 */
public final class RuleForm {
    /** How many cases one call may bring. */
    public static final int CASES_MAX = 1000;

    private static final List<String> ACTIONS = List.of("list", "read", "create", "update", "delete");
    private static final List<String> CASE_FIELDS =
            List.of("action", "name", "auth", "documents", "visible", "doc", "before", "after", "expect");
    private static final List<String> SIGHTS = List.of("list", "read");

    private RuleForm() {}

    /** CEL by action; an action that is null has no rule. UNKNOWN_FIELD, RULE_INVALID. */
    public static Map<String, String> rules(Value.Struct rules) {
        Map<String, String> texts = new LinkedHashMap<>();
        rules.fields().forEach((action, rule) -> {
            if (!ACTIONS.contains(action)) {
                String name = Json.shortened(action);
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD,
                        "There is no rule '" + name + "'." + Nearest.hint(name, ACTIONS),
                        Map.of("field", "rules." + name));
            }
            if (rule instanceof Value.Text text) {
                texts.put(action, text.value());
            } else if (!(rule instanceof Value.Null)) {
                throw new PatchbayException(
                        ErrorCode.RULE_INVALID,
                        "The rule '" + action + "' must be an expression in text, or null for admins alone.",
                        Map.of("field", "rules." + action));
            }
        });
        return texts;
    }

    /** The rules of all five actions, null where there is none. */
    public static Value.Struct describe(Map<String, String> rules) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (String action : ACTIONS) {
            String rule = rules.get(action);
            fields.put(action, rule == null ? Value.NULL : Value.of(rule));
        }
        return new Value.Struct(fields);
    }

    /** {@code cases}: an array of them. LIMIT_EXCEEDED beyond {@link #CASES_MAX}. */
    public static List<RuleCase> cases(Fields fields) {
        List<Value> items = fields.requireArray("cases");
        if (items.size() > CASES_MAX) {
            throw new PatchbayException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "At most " + CASES_MAX + " cases can be tested at once, not " + items.size() + ".");
        }
        List<RuleCase> cases = new ArrayList<>(items.size());
        for (Value item : items) {
            cases.add(oneCase(cases.size() + 1, Fields.of("case " + (cases.size() + 1), item)));
        }
        return cases;
    }

    private static RuleCase oneCase(int number, Fields fields) {
        requireKnown(number, fields);
        String action = fields.requireText("action");
        if (!ACTIONS.contains(action)) {
            throw fields.refused(
                    "action",
                    "There is no action '" + Json.shortened(action) + "' (case " + number + ")."
                            + Nearest.hint(action, ACTIONS));
        }
        Identity caller = caller(number, fields);
        String name = fields.findText("name").orElseGet(() -> caller.name() + ", " + action);
        RuleCase read = SIGHTS.contains(action) && (fields.has("documents") || fields.has("visible"))
                ? sight(number, name, action, caller, fields)
                : change(number, name, action, caller, fields);
        fields.done();
        return read;
    }

    /** Before what is missing, which a slip of the pen may be the cause of. */
    private static void requireKnown(int number, Fields fields) {
        for (String name : fields.names()) {
            if (!CASE_FIELDS.contains(name)) {
                String shown = Json.shortened(name);
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD,
                        "There is no field '" + shown + "' in case " + number + "."
                                + Nearest.find(shown, CASE_FIELDS)
                                        .map(near -> " Did you mean '" + near + "'?")
                                        .orElse(" It may hold: " + String.join(", ", CASE_FIELDS) + "."),
                        Map.of("field", shown));
            }
        }
    }

    private static RuleCase sight(int number, String name, String action, Identity caller, Fields fields) {
        Map<String, Value.Struct> documents = new LinkedHashMap<>();
        fields.requireStruct("documents").fields().forEach((id, data) -> {
            if (!(data instanceof Value.Struct struct)) {
                throw fields.refused(
                        "documents",
                        "The document '" + Json.shortened(id) + "' of case " + number + " must be an object.");
            }
            CaseMeta meta = new CaseMeta(number, "documents." + Json.shortened(id));
            Value.Struct document = meta.read(struct);
            meta.requireId(document, id);
            documents.put(id, document);
        });
        Set<String> visible = new LinkedHashSet<>();
        for (Value id : fields.requireArray("visible")) {
            if (!(id instanceof Value.Text text) || !documents.containsKey(text.value())) {
                throw fields.refused(
                        "visible",
                        "'visible' of case " + number + " must list ids of its 'documents' and nothing else.");
            }
            visible.add(text.value());
        }
        return new RuleCase.Sight(name, action, caller, documents, visible);
    }

    private static RuleCase change(int number, String name, String action, Identity caller, Fields fields) {
        Optional<Value.Struct> doc = fields.findStruct("doc");
        boolean before = !action.equals("create");
        boolean after = action.equals("create") || action.equals("update");
        Optional<Value.Struct> old = before ? document(number, action, "before", doc, fields) : Optional.empty();
        // What is not said to change stays as it is.
        Optional<Value.Struct> next = after ? document(number, action, "after", doc, fields) : Optional.empty();
        if (next.isPresent()) {
            CaseMeta meta = new CaseMeta(number, fields.has("after") ? "after" : "doc");
            old.ifPresentOrElse(was -> meta.requireSame(next.get(), was), () -> meta.requireNew(next.get()));
        }
        return new RuleCase.Change(name, action, caller, old, next, expectation(number, fields));
    }

    private static Optional<Value.Struct> document(
            int number, String action, String field, Optional<Value.Struct> doc, Fields fields) {
        String place = fields.has(field) ? field : "doc";
        Optional<Value.Struct> document = fields.findStruct(field).or(() -> doc).map(new CaseMeta(number, place)::read);
        if (document.isEmpty()) {
            throw fields.refused(
                    field,
                    "Case " + number + " needs the document: give '" + field + "' or 'doc' for '" + action + "'.");
        }
        return document;
    }

    private static boolean expectation(int number, Fields fields) {
        String expected = fields.requireText("expect");
        if (expected.equals("allow") || expected.equals("deny")) {
            return expected.equals("allow");
        }
        throw fields.refused("expect", "'expect' of case " + number + " must be allow or deny.");
    }

    /** Null or left out: a stranger. Of id and name, one stands for the other. */
    private static Identity caller(int number, Fields fields) {
        Value auth = fields.findAny("auth").orElse(Value.NULL);
        if (auth instanceof Value.Null) {
            return Identity.ANONYMOUS;
        }
        Fields who = Fields.of("'auth' of case " + number, auth);
        Optional<String> id = who.findText("id");
        Optional<String> name = who.findText("name");
        String known = id.or(() -> name)
                .orElseThrow(() -> who.refused("auth", "'auth' of case " + number + " needs an 'id' or a 'name'."));
        String role = who.findText("role").orElse("user");
        who.done();
        for (Role one : Role.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(role)) {
                return new Identity(
                        id.orElse(known), name.orElse(known), Optional.of(one), Optional.empty(), Optional.empty());
            }
        }
        throw who.refused("role", "A role is admin or user, not '" + Json.shortened(role) + "' (case " + number + ").");
    }

    /** {@code {"passed","failed","cases":[{"name","action","passed","expected","actual","missing","unexpected","rule"}]}}. */
    public static Value.Struct describe(List<RuleVerdict> verdicts) {
        long passed = verdicts.stream().filter(RuleVerdict::passed).count();
        return Value.struct(
                "passed",
                Value.of(passed),
                "failed",
                Value.of(verdicts.size() - passed),
                "cases",
                new Value.Array(verdicts.stream().<Value>map(RuleForm::describe).toList()));
    }

    private static Value.Struct describe(RuleVerdict verdict) {
        return Value.struct(
                "name",
                Value.of(verdict.name()),
                "action",
                Value.of(verdict.action()),
                "passed",
                Value.of(verdict.passed()),
                "expected",
                Value.of(verdict.expected()),
                "actual",
                Value.of(verdict.actual()),
                "missing",
                Value.texts(verdict.missing()),
                "unexpected",
                Value.texts(verdict.unexpected()),
                "rule",
                verdict.rule().<Value>map(Value::of).orElse(Value.NULL));
    }
}
