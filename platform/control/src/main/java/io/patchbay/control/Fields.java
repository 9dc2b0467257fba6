package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of a request, read by name; those that nobody read are unknown. Used by one thread. */
final class Fields {
    private final Value.Struct request;
    private final Set<String> read = new HashSet<>();

    Fields(Value.Struct request) {
        this.request = request;
    }

    String text(String name) {
        return findText(name)
                .orElseThrow(() ->
                        new PatchbayException(ErrorCode.BAD_REQUEST, "The request needs the text '" + name + "'."));
    }

    Optional<String> findText(String name) {
        Value value = find(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Value.Text text) {
            return Optional.of(text.value());
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request's '" + name + "' is a text.");
    }

    long number(String name) {
        if (find(name) instanceof Value.Int number) {
            return number.value();
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request needs the integer '" + name + "'.");
    }

    List<Value> array(String name) {
        if (find(name) instanceof Value.Array array) {
            return array.items();
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request needs the array '" + name + "'.");
    }

    /** False if it is left out. */
    boolean flag(String name) {
        Value value = find(name);
        if (value == null || value instanceof Value.Bool) {
            return Value.TRUE.equals(value);
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request's '" + name + "' is true or false.");
    }

    /** Texts by name; empty if it is left out. */
    Map<String, String> texts(String name) {
        Value value = find(name);
        Map<String, String> texts = new LinkedHashMap<>();
        if (value == null) {
            return texts;
        }
        if (!(value instanceof Value.Struct struct)) {
            throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request's '" + name + "' is a map of texts.");
        }
        for (String key : struct.fields().keySet()) {
            texts.put(
                    key,
                    struct.findText(key)
                            .orElseThrow(() -> new PatchbayException(
                                    ErrorCode.BAD_REQUEST, "The request's '" + name + "." + key + "' is a text.")));
        }
        return texts;
    }

    Value.Struct struct(String name) {
        return findStruct(name)
                .orElseThrow(() ->
                        new PatchbayException(ErrorCode.BAD_REQUEST, "The request needs the map '" + name + "'."));
    }

    Optional<Value.Struct> findStruct(String name) {
        Value value = find(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Value.Struct struct) {
            return Optional.of(struct);
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The request's '" + name + "' is a map.");
    }

    /** To be called when all that is known was read. */
    void refuseOthers() {
        for (String name : request.fields().keySet()) {
            if (!read.contains(name)) {
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD, "The request has an unknown field '" + name + "'.");
            }
        }
    }

    private @org.jspecify.annotations.Nullable Value find(String name) {
        read.add(name);
        return request.fields().get(name);
    }
}
