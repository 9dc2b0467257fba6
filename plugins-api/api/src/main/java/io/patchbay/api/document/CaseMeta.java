package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code meta} of a document of a rule's test case: what a rule could see as {@code doc.meta} of a real one, and nothing else. */
final class CaseMeta {
    private static final String META = "meta";
    private static final String ID = "id";
    private static final String REVISION = "revision";
    private static final String UPDATED_AT = "updatedAt";
    private static final List<String> FIELDS = List.of(ID, REVISION, UPDATED_AT);

    private final int number;
    private final String place;

    /**
     * @param number of the case, from 1
     * @param place of the document in the case, such as {@code before}
     */
    CaseMeta(int number, String place) {
        this.number = number;
        this.place = place;
    }

    /** {@code document} with its {@code meta} as rules see it, a time being milliseconds since 1970. BAD_REQUEST, UNKNOWN_FIELD. */
    Value.Struct read(Value.Struct document) {
        Value given = document.fields().get(META);
        if (given == null) {
            return document;
        }
        if (!(given instanceof Value.Struct meta)) {
            throw refused(META, "must be an object of id, revision and updatedAt, which is what a rule sees");
        }
        Map<String, Value> read = new LinkedHashMap<>();
        meta.fields().forEach((name, value) -> read.put(name, read(name, value)));
        return document.with(META, new Value.Struct(read));
    }

    /** BAD_REQUEST unless the field of {@code meta}, if it is there, is {@code expected}. */
    void require(Value.Struct document, String field, Value expected, String why) {
        find(document, field).filter(value -> !value.equals(expected)).ifPresent(other -> {
            throw refused(META + "." + field, why);
        });
    }

    void requireId(Value.Struct document, String id) {
        require(document, ID, Value.of(id), "must be the id under which the document stands, or be left out");
    }

    void requireNew(Value.Struct document) {
        require(document, REVISION, Value.of(0), "must be 0 or be left out: what is created has none yet");
    }

    /** What a change will have made has the id and, as long as it isn't written, the revision of what was. */
    void requireSame(Value.Struct document, Value.Struct before) {
        for (String field : List.of(ID, REVISION)) {
            find(document, field).ifPresent(value -> {
                if (!find(before, field).equals(Optional.of(value))) {
                    throw refused(
                            META + "." + field, "must be as in 'before' or be left out: that is what a rule sees");
                }
            });
        }
    }

    private static Optional<Value> find(Value.Struct document, String field) {
        return document.fields().get(META) instanceof Value.Struct meta
                ? Optional.ofNullable(meta.fields().get(field))
                : Optional.empty();
    }

    private Value read(String name, Value value) {
        String where = META + "." + name;
        switch (name) {
            case ID:
                if (value instanceof Value.Text) {
                    return value;
                }
                throw refused(where, "must be text");
            case REVISION:
                if (value instanceof Value.Int revision && revision.value() >= 0) {
                    return value;
                }
                throw refused(where, "must be an integer that is not negative");
            case UPDATED_AT:
                return time(where, value);
            default:
                String shown = Json.shortened(name);
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD,
                        "There is no field '" + shown + "' in '" + place + ".meta' of case " + number + "."
                                + Nearest.hint(shown, FIELDS),
                        Map.of("field", place + "." + META + "." + shown));
        }
    }

    private Value time(String where, Value value) {
        if (value instanceof Value.Int) {
            return value;
        }
        if (value instanceof Value.Text text) {
            try {
                return Value.of(OffsetDateTime.parse(text.value()).toInstant().toEpochMilli());
            } catch (DateTimeParseException | ArithmeticException e) {
                // Refused below, as anything else that is no time.
            }
        }
        throw refused(where, "must be a time such as 2026-11-25T00:00:00Z, or milliseconds since 1970");
    }

    private PatchbayException refused(String field, String why) {
        String where = place + "." + field;
        return new PatchbayException(
                ErrorCode.BAD_REQUEST, "'" + where + "' of case " + number + " " + why + ".", Map.of("field", where));
    }
}
