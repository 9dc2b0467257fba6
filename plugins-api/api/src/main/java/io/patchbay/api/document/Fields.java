package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the fields that a client sent, strictly: a missing field, a wrong type and, at {@link #done}, a field that nobody asked for are refused by name. A field that is null is not a missing
 * one. For one reading by one thread.
 *
 * <pre>{@code
 * Fields fields = Fields.of("the body", value);
 * String name = fields.requireText("name");
 * Optional<Long> limit = fields.findInt("limit", 1, 1000);
 * fields.done();
 * }</pre>
 */
public final class Fields {
    private final String where;
    private final Map<String, Value> fields;
    private final Set<String> asked = new LinkedHashSet<>();

    private Fields(String where, Map<String, Value> fields) {
        this.where = where;
        this.fields = fields;
    }

    /**
     * @param where names the struct in messages, such as {@code the body} or {@code operations[2]}
     * @throws PatchbayException BAD_REQUEST if it is no struct
     */
    public static Fields of(String where, Value value) {
        if (value instanceof Value.Struct struct) {
            return new Fields(where, struct.fields());
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST, "Expected an object as " + where + ", not " + typeOf(value) + ".");
    }

    public boolean has(String name) {
        asked.add(name);
        return fields.containsKey(name);
    }

    public Optional<String> findText(String name) {
        return find(name, Value.Text.class, "text").map(Value.Text::value);
    }

    public String requireText(String name) {
        return findText(name).orElseThrow(() -> missing(name));
    }

    public Optional<Boolean> findBool(String name) {
        return find(name, Value.Bool.class, "true or false").map(Value.Bool::value);
    }

    /** An integer from {@code min} to {@code max}. */
    public Optional<Long> findInt(String name, long min, long max) {
        Optional<Long> number = find(name, Value.Int.class, "an integer").map(Value.Int::value);
        number.filter(n -> n < min || n > max).ifPresent(n -> {
            throw refused(name, "'" + name + "' must be from " + min + " to " + max + ", not " + n + ".");
        });
        return number;
    }

    public long requireInt(String name, long min, long max) {
        return findInt(name, min, max).orElseThrow(() -> missing(name));
    }

    public Optional<Value.Struct> findStruct(String name) {
        return find(name, Value.Struct.class, "an object");
    }

    public Value.Struct requireStruct(String name) {
        return findStruct(name).orElseThrow(() -> missing(name));
    }

    public Optional<List<Value>> findArray(String name) {
        return find(name, Value.Array.class, "an array").map(Value.Array::items);
    }

    public List<Value> requireArray(String name) {
        return findArray(name).orElseThrow(() -> missing(name));
    }

    /** The field whatever its type. */
    public Optional<Value> findAny(String name) {
        asked.add(name);
        return Optional.ofNullable(fields.get(name));
    }

    /** The names of the fields that are there. */
    public Set<String> names() {
        return fields.keySet();
    }

    /** @throws PatchbayException UNKNOWN_FIELD if there is a field that was not asked for, with the nearest that was */
    public void done() {
        for (String name : fields.keySet()) {
            if (!asked.contains(name)) {
                String hint = Nearest.find(name, asked)
                        .map(near -> " Did you mean '" + near + "'?")
                        .orElseGet(this::known);
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD,
                        "There is no field '" + shortened(name) + "' in " + where + "." + hint,
                        Map.of("field", shortened(name)));
            }
        }
    }

    /** A failure that names the field. */
    public PatchbayException refused(String name, String sentence) {
        return new PatchbayException(ErrorCode.BAD_REQUEST, sentence, Map.of("field", name));
    }

    private <T extends Value> Optional<T> find(String name, Class<T> type, String typeName) {
        Value value = findAny(name).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw refused(name, "'" + name + "' in " + where + " must be " + typeName + ", not " + typeOf(value) + ".");
        }
        return Optional.of(type.cast(value));
    }

    private PatchbayException missing(String name) {
        return refused(name, "'" + name + "' is missing in " + where + ".");
    }

    private String known() {
        return asked.isEmpty() ? "" : asked.stream().sorted().collect(Collectors.joining(", ", " It may hold: ", "."));
    }

    private static String shortened(String name) {
        return name.length() <= 64 ? name : name.substring(0, name.offsetByCodePoints(0, 32)) + "...";
    }

    private static String typeOf(Value value) {
        if (value instanceof Value.Null) {
            return "null";
        }
        if (value instanceof Value.Bool) {
            return "true or false";
        }
        if (value instanceof Value.Int) {
            return "an integer";
        }
        if (value instanceof Value.Real) {
            return "a fraction";
        }
        if (value instanceof Value.Text) {
            return "text";
        }
        return value instanceof Value.Array ? "an array" : "an object";
    }
}
