package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.List;

/** A collection's rules, a line each. */
final class RuleTable {
    private RuleTable() {}

    static Value.Struct rules(Value.Struct collection) {
        return (Value.Struct) collection.find("rules").orElse(Value.Struct.EMPTY);
    }

    static void print(Value.Struct collection, Screen screen) {
        List<List<String>> rows = new ArrayList<>();
        rules(collection)
                .fields()
                .forEach((action, rule) -> rows.add(List.of(
                        action, rule instanceof Value.Text text ? text.value() : "(no rule: for admins alone)")));
        screen.table(rows);
    }
}
