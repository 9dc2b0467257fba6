package io.patchbay.api.plugin;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Plans as clients read them, keep them and send them back, the same in every protocol and in files. */
public final class PlanForm {
    /** Which form this is; a plan in another one is refused by name. */
    public static final String FORMAT = "patchbay-plan 1";

    private PlanForm() {}

    /** All of it; what is absent is null. */
    public static Value.Struct describe(Plan plan) {
        Map<String, Value> form = new LinkedHashMap<>();
        form.put("format", Value.of(FORMAT));
        form.put("id", Value.of(plan.id()));
        form.put("kind", Value.of(plan.kind()));
        form.put("plugin", Value.of(plan.plugin()));
        form.put("fromVersion", orNull(plan.fromVersion()));
        form.put("toVersion", orNull(plan.toVersion()));
        form.put("digest", orNull(plan.digest()));
        form.put("source", Value.of(plan.source()));
        form.put("steps", Value.texts(plan.steps()));
        form.put("services", Value.texts(plan.services()));
        form.put("handOvers", array(plan.handOvers(), PlanForm::describe));
        form.put("needs", array(plan.needs(), PlanForm::describe));
        form.put("problems", Value.texts(plan.problems()));
        form.put("warnings", Value.texts(plan.warnings()));
        Map<String, Value> world = new LinkedHashMap<>();
        plan.world().forEach((subject, fact) -> world.put(subject, Value.of(fact)));
        form.put("world", new Value.Struct(world));
        form.put("seal", Value.of(plan.seal()));
        return new Value.Struct(form);
    }

    private static Value describe(PlanHandOver handOver) {
        return Value.struct(
                "kind", Value.of(handOver.kind()),
                "name", Value.of(handOver.name()),
                "change", Value.of(handOver.change()),
                "way", Value.of(handOver.way()),
                "affected", Value.of(handOver.affected()),
                "unit", Value.of(handOver.unit()),
                "text", Value.of(handOver.text()));
    }

    private static Value describe(PlanNeed need) {
        return Value.struct(
                "kind", Value.of(need.kind()),
                "name", Value.of(need.name()),
                "range", orNull(need.range()),
                "metBy", orNull(need.metBy()),
                "version", orNull(need.version()),
                "advice", orNull(need.advice()));
    }

    /** @throws io.patchbay.api.PatchbayException BAD_REQUEST or UNKNOWN_FIELD if it is no whole plan in this form */
    public static Plan read(Value value) {
        Fields form = Fields.of("the plan", value);
        String format = form.findText("format").orElse("");
        if (!format.equals(FORMAT)) {
            throw form.refused(
                    "format",
                    format.isEmpty()
                            ? "This is no plan: its 'format' is missing."
                            : "The plan has the format '%s', and this node reads '%s'; make a new one."
                                    .formatted(shortened(format), FORMAT));
        }
        Plan plan = new Plan(
                form.requireText("id"),
                form.requireText("kind"),
                form.requireText("plugin"),
                textOrNull(form, "fromVersion"),
                textOrNull(form, "toVersion"),
                textOrNull(form, "digest"),
                texts(form, "steps"),
                texts(form, "services"),
                texts(form, "problems"),
                texts(form, "warnings"),
                form.requireArray("needs").stream().map(PlanForm::need).toList(),
                form.requireArray("handOvers").stream().map(PlanForm::handOver).toList(),
                world(form.requireStruct("world")),
                form.requireText("source"),
                form.requireText("seal"));
        form.done();
        return plan;
    }

    private static PlanNeed need(Value value) {
        Fields form = Fields.of("a need of the plan", value);
        PlanNeed need = new PlanNeed(
                form.requireText("kind"),
                form.requireText("name"),
                textOrNull(form, "range"),
                textOrNull(form, "metBy"),
                textOrNull(form, "version"),
                textOrNull(form, "advice"));
        form.done();
        return need;
    }

    private static PlanHandOver handOver(Value value) {
        Fields form = Fields.of("a hand-over of the plan", value);
        PlanHandOver handOver = new PlanHandOver(
                form.requireText("kind"),
                form.requireText("name"),
                form.requireText("change"),
                form.requireText("way"),
                form.requireInt("affected", 0, Long.MAX_VALUE),
                form.requireText("unit"),
                form.requireText("text"));
        form.done();
        return handOver;
    }

    private static Map<String, String> world(Value.Struct facts) {
        Fields form = Fields.of("the plan's world", facts);
        Map<String, String> world = new TreeMap<>();
        facts.fields().keySet().forEach(subject -> world.put(subject, form.requireText(subject)));
        return world;
    }

    private static Optional<String> textOrNull(Fields form, String name) {
        return form.findAny(name).filter(Value.Null.class::isInstance).isPresent()
                ? Optional.empty()
                : Optional.of(form.requireText(name));
    }

    private static List<String> texts(Fields form, String name) {
        List<String> texts = new ArrayList<>();
        for (Value item : form.requireArray(name)) {
            if (!(item instanceof Value.Text text)) {
                throw form.refused(name, "'" + name + "' in the plan must hold texts only.");
            }
            texts.add(text.value());
        }
        return texts;
    }

    private static <T> Value.Array array(List<T> items, Function<T, Value> form) {
        return new Value.Array(items.stream().map(form).toList());
    }

    private static Value orNull(Optional<String> text) {
        return text.map(Value::of).orElse(Value.NULL);
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= 40 ? text : text.substring(0, text.offsetByCodePoints(0, 40));
    }
}
