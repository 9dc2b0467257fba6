package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.List;

/** A collection's rules, a line each. */
final class RuleTable {
    private static final List<String> ACTIONS = List.of("list", "read", "create", "update", "delete");

    private RuleTable() {}

    static Value.Struct rules(Value.Struct collection) {
        return (Value.Struct) collection.find("rules").orElse(Value.Struct.EMPTY);
    }

    static void print(Value.Struct collection, Screen screen) {
        Value.Struct rules = rules(collection);
        List<List<String>> rows = new ArrayList<>();
        for (String action : ACTIONS) {
            rows.add(List.of(action, rules.findText(action).orElse("(no rule: for admins alone)")));
        }
        screen.table(rows);
    }
}
