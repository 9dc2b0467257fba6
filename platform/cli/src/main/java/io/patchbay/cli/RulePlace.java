package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.List;
import java.util.function.Supplier;

/** Shows where in a rule its fault is. */
final class RulePlace {
    private RulePlace() {}

    /** Does {@code work}; if a rule of {@code definition} can't be compiled, prints its line with a caret beneath before the failure goes on. */
    static <T> T pointing(Value.Struct definition, Screen screen, Supplier<T> work) {
        try {
            return work.get();
        } catch (CommandException e) {
            if (e.code().equals("RULE_INVALID")) {
                point(RuleTable.rules(definition), e.details(), screen);
            }
            throw e;
        }
    }

    private static void point(Value.Struct rules, Value.Struct place, Screen screen) {
        String rule = place.findText("action").flatMap(rules::findText).orElse("");
        int line = place.findInt("line").orElse(0L).intValue();
        int column = place.findInt("column").orElse(0L).intValue();
        List<String> lines = rule.lines().toList();
        if (line < 1 || line > lines.size() || column < 1) {
            return;
        }
        String text = lines.get(line - 1);
        screen.note("  " + text);
        // A tab before the caret stays a tab, so that both lines are as wide.
        screen.note("  "
                + text.substring(0, Math.min(column - 1, text.length())).replaceAll("[^\\t]", " ")
                + screen.paint(Screen.Colour.RED, "^"));
    }
}
