package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import java.util.Set;

/** CEL's names of our values' types. An integral double is an int, as in all of the data model. */
final class Types {
    static final Set<String> NAMES = Set.of("null_type", "bool", "int", "double", "string", "list", "map");

    private Types() {}

    static String name(Value value) {
        if (value instanceof Value.Null) {
            return "null_type";
        } else if (value instanceof Value.Bool) {
            return "bool";
        } else if (value instanceof Value.Int) {
            return "int";
        } else if (value instanceof Value.Real) {
            return "double";
        } else if (value instanceof Value.Text) {
            return "string";
        }
        return value instanceof Value.Array ? "list" : "map";
    }
}
