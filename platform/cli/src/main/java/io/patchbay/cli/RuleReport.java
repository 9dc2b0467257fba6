package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.List;

/** What came of a file of rule cases: a line for each that failed with what was expected, and the count. */
final class RuleReport {
    private RuleReport() {}

    static void print(Value.Struct report, Screen screen) {
        int number = 0;
        for (Value.Struct one : Texts.structs(report.find("cases").orElse(Value.array()))) {
            number++;
            if (!Value.TRUE.equals(one.fields().get("passed"))) {
                printFailed(number, one, screen);
            }
        }
        long failed = report.findInt("failed").orElse(0L);
        String counts = report.findInt("passed").orElse(0L) + " passed, " + failed + " failed";
        screen.print(screen.paint(failed == 0 ? Screen.Colour.GREEN : Screen.Colour.RED, counts));
    }

    private static void printFailed(int number, Value.Struct one, Screen screen) {
        screen.print(screen.paint(Screen.Colour.RED, "FAILED") + " " + number + ": " + Texts.or(one, "name", ""));
        List<String> missing = Texts.of(one, "missing");
        List<String> unexpected = Texts.of(one, "unexpected");
        if (missing.isEmpty() && unexpected.isEmpty()) {
            screen.print("  - " + Texts.or(one, "expected", "") + "   (expected)");
            screen.print("  + " + Texts.or(one, "actual", ""));
        }
        missing.forEach(id -> screen.print("  - " + id + "   (should be visible)"));
        unexpected.forEach(id -> screen.print("  + " + id + "   (should not be visible)"));
        String action = Texts.or(one, "action", "");
        screen.print("  " + action + ": " + Texts.or(one, "rule", "(no rule: for admins alone)"));
    }
}
