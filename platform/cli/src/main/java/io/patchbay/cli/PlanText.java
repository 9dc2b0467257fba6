package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints a plan of the plugin manager for people. */
final class PlanText {
    private static final String INDENT = "  ";

    private static final String API = "io.patchbay.api";

    private final Screen screen;
    private final boolean detailed;

    /** @param detailed whether each need is named */
    PlanText(Screen screen, boolean detailed) {
        this.screen = screen;
        this.detailed = detailed;
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

    /** All of them; or what is missing, the versions of the node's API, and how many others there are. */
    private List<List<String>> needs(Value.Struct plan) {
        List<Value.Struct> needs = structs(plan, "needs");
        if (detailed) {
            return needs.stream()
                    .map(need -> row(need, Texts.or(need, "name", "")))
                    .toList();
        }
        List<List<String>> rows = new ArrayList<>();
        Map<List<String>, Integer> api = new LinkedHashMap<>();
        int others = 0;
        for (Value.Struct need : needs) {
            if (need.findText("metBy").isEmpty()) {
                rows.add(row(need, Texts.or(need, "name", "")));
            } else if (isOfApi(need)) {
                api.merge(row(need, API), 1, Integer::sum);
            } else {
                others++;
            }
        }
        api.forEach((row, packages) -> {
            List<String> counted = new ArrayList<>(row);
            counted.set(1, Texts.count(packages, "package") + " of " + API);
            rows.add(counted);
        });
        if (others > 0) {
            rows.add(List.of("others", others + ", all there", "", "--details names them"));
        }
        return rows;
    }

    private static boolean isOfApi(Value.Struct need) {
        String name = Texts.or(need, "name", "");
        return Texts.or(need, "kind", "").equals("package") && (name.equals(API) || name.startsWith(API + "."));
    }

    private static List<String> row(Value.Struct need, String name) {
        return List.of(
                Texts.or(need, "kind", ""),
                name,
                Texts.or(need, "range", "any"),
                need.findText("metBy")
                        .map(by -> Texts.or(need, "version", "") + " of " + by)
                        .orElseGet(() -> "MISSING: " + Texts.or(need, "advice", "")));
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
