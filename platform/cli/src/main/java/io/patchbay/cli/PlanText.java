package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.List;

/** Prints a plan of the plugin manager for people. */
final class PlanText {
    private static final String INDENT = "  ";

    private final Screen screen;

    PlanText(Screen screen) {
        this.screen = screen;
    }

    void print(Value.Struct plan) {
        String from = Texts.or(plan, "fromVersion", "");
        String to = Texts.or(plan, "toVersion", "");
        screen.print(Texts.or(plan, "kind", "?") + " " + Texts.or(plan, "plugin", "?")
                + (from.isEmpty() ? "" : " " + from) + (to.isEmpty() ? "" : " -> " + to));
        lines("It can't be done:", Texts.of(plan, "problems"));
        lines("Know first:", Texts.of(plan, "warnings"));
        rows("Who is affected, and how it is handed over:", handOvers(plan));
        lines("Services that change (+ added, ~ replaced, - removed):", Texts.of(plan, "services"));
        rows("What it needs, and who offers it:", needs(plan));
        rows("Steps:", steps(plan));
    }

    private static List<List<String>> handOvers(Value.Struct plan) {
        return structs(plan, "handOvers").stream()
                .map(handOver -> List.of(
                        Texts.or(handOver, "kind", ""),
                        Texts.or(handOver, "change", ""),
                        Texts.or(handOver, "text", "")))
                .toList();
    }

    private static List<List<String>> needs(Value.Struct plan) {
        return structs(plan, "needs").stream()
                .map(need -> List.of(
                        Texts.or(need, "kind", ""),
                        Texts.or(need, "name", ""),
                        Texts.or(need, "range", "any"),
                        need.findText("metBy")
                                .map(by -> Texts.or(need, "version", "") + " of " + by)
                                .orElseGet(() -> "MISSING: " + Texts.or(need, "advice", ""))))
                .toList();
    }

    private static List<List<String>> steps(Value.Struct plan) {
        List<List<String>> steps = new ArrayList<>();
        Texts.of(plan, "steps").forEach(step -> steps.add(List.of(steps.size() + 1 + ".", step)));
        return steps;
    }

    private static List<Value.Struct> structs(Value.Struct plan, String field) {
        return plan.find(field).map(Texts::structs).orElse(List.of());
    }

    private void lines(String title, List<String> lines) {
        rows(title, lines.stream().map(List::of).toList());
    }

    private void rows(String title, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            screen.print("");
            screen.print(title);
            screen.table(rows, INDENT);
        }
    }
}
