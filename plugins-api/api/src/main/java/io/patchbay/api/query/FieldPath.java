package io.patchbay.api.query;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The way to a field: {@code address.city}. A first name of {@code meta} leads to {@code meta.id}, {@code meta.revision} and {@code meta.updatedAt} instead of the data.
 */
public record FieldPath(List<String> names) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public FieldPath {
        names = List.copyOf(names);
    }

    /** @throws PatchbayException with {@code onError} if it is no path of identifiers */
    public static FieldPath parse(String text, ErrorCode onError) {
        List<String> names = List.of(text.split("\\.", -1));
        if (text.length() > 256
                || !names.stream().allMatch(name -> NAME.matcher(name).matches())) {
            throw new PatchbayException(
                    onError, "'" + text + "' is no field; write a name such as population or address.city.");
        }
        return new FieldPath(names);
    }

    /** The path that {@code expression} is, if it is nothing but one. */
    public static Optional<FieldPath> of(Expression expression) {
        Deque<String> names = new ArrayDeque<>();
        Expression rest = expression;
        while (rest instanceof Expression.Select select) {
            names.addFirst(select.field());
            rest = select.operand();
        }
        if (!(rest instanceof Expression.Variable variable)) {
            return Optional.empty();
        }
        names.addFirst(variable.name());
        return Optional.of(new FieldPath(List.copyOf(names)));
    }

    public boolean isMeta() {
        return names.get(0).equals("meta");
    }

    /** The value in {@code data}; empty if a step is missing or no struct. Not for meta paths. */
    public Optional<Value> find(Value.Struct data) {
        Value value = data;
        for (String name : names) {
            if (!(value instanceof Value.Struct struct)) {
                return Optional.empty();
            }
            value = struct.fields().get(name);
            if (value == null) {
                return Optional.empty();
            }
        }
        return Optional.of(value);
    }

    /** The value in {@code document}: of its data, or for a meta path its id, revision or {@code updatedAt} (milliseconds since 1970). */
    public Optional<Value> find(StoredDocument document) {
        if (!isMeta()) {
            return find(document.data());
        }
        if (names.size() != 2) {
            return Optional.empty();
        }
        return switch (names.get(1)) {
            case "id" -> Optional.of(Value.of(document.id()));
            case "revision" -> Optional.of(Value.of(document.revision()));
            case "updatedAt" -> Optional.of(Value.of(document.updatedAtMs()));
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return String.join(".", names);
    }
}
