package io.patchbay.api.document;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON merge patch (RFC 7396). */
public final class MergePatch {
    private MergePatch() {}

    /** What {@code target} becomes; a null in the patch removes the field. */
    public static Value.Struct apply(Value.Struct target, Value.Struct patch) {
        Map<String, Value> merged = new LinkedHashMap<>(target.fields());
        patch.fields().forEach((name, change) -> {
            if (change instanceof Value.Null) {
                merged.remove(name);
            } else if (change instanceof Value.Struct nested) {
                Value.Struct base = merged.get(name) instanceof Value.Struct present ? present : Value.Struct.EMPTY;
                merged.put(name, apply(base, nested));
            } else {
                merged.put(name, change);
            }
        });
        return new Value.Struct(merged);
    }
}
