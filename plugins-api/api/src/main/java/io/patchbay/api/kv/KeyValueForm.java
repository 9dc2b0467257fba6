package io.patchbay.api.kv;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Buckets, operations and entries as clients write and read them, the same in every protocol. A value is base64 under {@code value}; where one is written, {@code text} may stand instead of it.
 *
 * <p>Methods that read fields leave {@link Fields#done} to the caller, unless they say otherwise.
 */
public final class KeyValueForm {
    public static final String BYTES_TYPE = "application/octet-stream";
    public static final String TEXT_TYPE = "text/plain; charset=utf-8";

    private static final List<String> OPERATIONS = List.of("put", "delete", "check");
    private static final List<String> ACTIONS = List.of("read", "write");

    private KeyValueForm() {}

    /** {@code keys?, rules?}, and no other field. RULE_INVALID, UNKNOWN_FIELD. */
    public static BucketDefinition bucket(String name, Fields fields) {
        String keys = fields.findText("keys").orElse("sealed");
        if (!keys.equals("sealed") && !keys.equals("plain")) {
            throw fields.refused("keys", "'keys' must be sealed or plain.");
        }
        Map<String, String> rules = new LinkedHashMap<>();
        fields.findStruct("rules")
                .ifPresent(given -> given.fields().forEach((action, rule) -> {
                    if (!ACTIONS.contains(action)) {
                        throw new PatchbayException(
                                ErrorCode.UNKNOWN_FIELD,
                                "A bucket has rules for read and write, and none of that name."
                                        + Nearest.hint(action, ACTIONS),
                                Map.of("field", "rules"));
                    }
                    if (rule instanceof Value.Text text) {
                        rules.put(action, text.value());
                    } else if (!(rule instanceof Value.Null)) {
                        throw new PatchbayException(
                                ErrorCode.RULE_INVALID,
                                "The rule '" + action + "' must be an expression in text, or null for admins alone.",
                                Map.of("field", "rules." + action));
                    }
                }));
        fields.done();
        return new BucketDefinition(name, keys.equals("plain"), rules);
    }

    /** {@code name, keys, rules}. */
    public static Value.Struct describe(BucketDefinition bucket) {
        Map<String, Value> rules = new LinkedHashMap<>();
        for (String action : ACTIONS) {
            String rule = bucket.rules().get(action);
            rules.put(action, rule == null ? Value.NULL : Value.of(rule));
        }
        return Value.struct(
                "name", Value.of(bucket.name()),
                "keys", Value.of(bucket.plainKeys() ? "plain" : "sealed"),
                "rules", new Value.Struct(rules));
    }

    /**
     * {@code operations}: an array of structs, each with its {@code op}. LIMIT_EXCEEDED beyond {@link Limits#KEY_VALUE_OPERATIONS}.
     *
     * @param now what a {@code ttl} counts from
     */
    public static List<KeyValueOperation> operations(Fields fields, Instant now) {
        List<Value> items = fields.requireArray("operations");
        if (items.isEmpty()) {
            throw fields.refused("operations", "'operations' must hold at least one operation.");
        }
        if (items.size() > Limits.KEY_VALUE_OPERATIONS) {
            throw PatchbayException.beyond(
                    "key_value_operations",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A commit holds at most " + Limits.KEY_VALUE_OPERATIONS + " operations, not " + items.size() + ".");
        }
        List<KeyValueOperation> operations = new ArrayList<>(items.size());
        for (Value item : items) {
            operations.add(operation(Fields.of("operations[" + operations.size() + "]", item), now));
        }
        return operations;
    }

    private static KeyValueOperation operation(Fields fields, Instant now) {
        String op = fields.requireText("op");
        KeyValueOperation operation = switch (op) {
            case "put" -> put(fields, now);
            case "delete" ->
                new KeyValueOperation.Delete(key(fields), ifRevision(fields).orElse(Precondition.ANY));
            case "check" ->
                new KeyValueOperation.Check(key(fields), precondition(fields).orElse(Precondition.EXISTS));
            default -> throw fields.refused("op", "There is no such operation." + Nearest.hint(op, OPERATIONS));
        };
        fields.done();
        return operation;
    }

    /** {@code key, value | text, contentType?, ttl? | expiresAt?, ifRevision?, ifAbsent?} */
    public static KeyValueOperation.Put put(Fields fields, Instant now) {
        String key = key(fields);
        Optional<String> text = fields.findText("text");
        Optional<String> base64 = fields.findText("value");
        if (text.isPresent() == base64.isPresent()) {
            throw fields.refused("value", "A put has a 'value' in base64, or a 'text'.");
        }
        byte[] value =
                text.map(t -> t.getBytes(StandardCharsets.UTF_8)).orElseGet(() -> decode(base64.orElseThrow(), fields));
        String type = fields.findText("contentType").orElse(text.isPresent() ? TEXT_TYPE : BYTES_TYPE);
        Precondition precondition = precondition(fields).orElse(Precondition.ANY);
        return new KeyValueOperation.Put(key, type, value, expiry(fields, now), precondition);
    }

    private static byte[] decode(String base64, Fields fields) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw fields.refused("value", "'value' must be base64 (RFC 4648, section 4).");
        }
    }

    private static Optional<Instant> expiry(Fields fields, Instant now) {
        Optional<Long> ttl = fields.findInt("ttl", 1, Limits.KEY_VALUE_TTL.toSeconds());
        Optional<String> at = fields.findText("expiresAt");
        if (ttl.isPresent() && at.isPresent()) {
            throw fields.refused("ttl", "Give 'ttl' or 'expiresAt', not both.");
        }
        try {
            return ttl.map(now::plusSeconds).or(() -> at.map(Instant::parse));
        } catch (DateTimeException e) {
            throw fields.refused("expiresAt", "'expiresAt' must be a time as in 2030-01-01T00:00:00Z.");
        }
    }

    private static String key(Fields fields) {
        return KeyNames.require(fields.requireText("key"));
    }

    private static Optional<Precondition> precondition(Fields fields) {
        Optional<Precondition> revision = ifRevision(fields);
        Optional<Boolean> absent = fields.findBool("ifAbsent");
        if (absent.isEmpty()) {
            return revision;
        }
        if (!absent.get() || revision.isPresent()) {
            throw fields.refused("ifAbsent", "'ifAbsent' can only be true, and not beside 'ifRevision'.");
        }
        return Optional.of(Precondition.ABSENT);
    }

    private static Optional<Precondition> ifRevision(Fields fields) {
        return fields.findInt("ifRevision", 0, Long.MAX_VALUE).map(Precondition.AtRevision::new);
    }

    /** {@code revision, committedAt, results}: of each put and delete its {@code key}, and whether it {@code created} or {@code deleted} something. */
    public static Value.Struct describe(KeyValueCommit commit) {
        List<Value> results = commit.written().stream()
                .<Value>map(one -> Value.struct(
                        "key", Value.of(one.key()),
                        "created", Value.of(one.created()),
                        "deleted", Value.of(one.deleted())))
                .toList();
        return Value.struct(
                "revision", Value.of(commit.revision()),
                "committedAt", Value.of(commit.committedAt().toString()),
                "results", new Value.Array(results));
    }

    /** {@code items, next}. */
    public static Value.Struct describe(KeyValuePage page) {
        List<Value> items = page.items().stream()
                .<Value>map(item -> new Value.Struct(fields(item)))
                .toList();
        return Value.struct(
                "items",
                new Value.Array(items),
                "next",
                page.next().<Value>map(Value::of).orElse(Value.NULL));
    }

    /** {@code op} ({@code put}, {@code delete} or {@code expire}), then as an item of a list. */
    public static Value.Struct describe(KeyValueChange change) {
        Map<String, Value> fields = new LinkedHashMap<>();
        String gone = change.expired() ? "expire" : "delete";
        fields.put("op", Value.of(change.after().isPresent() ? "put" : gone));
        change.after().ifPresentOrElse(item -> fields.putAll(fields(item)), () -> {
            fields.put("key", Value.of(change.key()));
            fields.put("revision", Value.of(change.revision()));
        });
        return new Value.Struct(fields);
    }

    /** An entry with its whole value, as an item of a list. */
    public static Value.Struct describe(KeyValueEntry entry) {
        return new Value.Struct(fields(new KeyValueItem(
                entry.key(),
                entry.revision(),
                entry.updatedAtMs(),
                entry.expiresAtMs(),
                entry.contentType(),
                entry.value().length,
                Optional.of(entry.value()))));
    }

    private static Map<String, Value> fields(KeyValueItem item) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("key", Value.of(item.key()));
        fields.put("revision", Value.of(item.revision()));
        fields.put(
                "updatedAt", Value.of(Instant.ofEpochMilli(item.updatedAtMs()).toString()));
        if (item.expiresAtMs() != 0) {
            fields.put(
                    "expiresAt",
                    Value.of(Instant.ofEpochMilli(item.expiresAtMs()).toString()));
        }
        fields.put("contentType", Value.of(item.contentType()));
        fields.put("size", Value.of(item.size()));
        item.value()
                .ifPresent(value ->
                        fields.put("value", Value.of(Base64.getEncoder().encodeToString(value))));
        return fields;
    }
}
