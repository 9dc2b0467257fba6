package io.patchbay.engine.expression;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an expression says, three-valued: a value, or unknown (empty). Any thread.
 *
 * <p>Never fails: what CEL calls an error, and work beyond {@link io.patchbay.api.Limits#EXPRESSION_STEPS}, is unknown, so a filter doesn't match and a rule doesn't allow.
 */
public final class Evaluator {
    private Evaluator() {}

    /** Whether {@code filter} is true of {@code document}: a bare name is a field of its data, {@code meta} has {@code id}, {@code revision} and {@code updatedAt} (milliseconds since 1970). */
    public static boolean matches(Expression filter, StoredDocument document) {
        return matches(filter, document, Steps.ofOneEvaluation());
    }

    /** The same with the work that is left in {@code steps}. */
    public static boolean matches(Expression filter, StoredDocument document, Steps steps) {
        return new Evaluation(
                                        name -> name.equals("meta")
                                                ? meta(document)
                                                : document.data().fields().get(name),
                                        steps)
                                .value(filter)
                        instanceof Value.Bool truth
                && truth.value();
    }

    /** @param variables what a bare name stands for; empty if there is no such thing, which makes it unknown */
    public static Optional<Value> evaluate(Expression expression, Function<String, Optional<Value>> variables) {
        return evaluate(expression, variables, Steps.ofOneEvaluation());
    }

    /** The same with the work that is left in {@code steps}. */
    public static Optional<Value> evaluate(
            Expression expression, Function<String, Optional<Value>> variables, Steps steps) {
        return Optional.ofNullable(new Evaluation(name -> variables.apply(name).orElse(null), steps).value(expression));
    }

    private static Value.Struct meta(StoredDocument document) {
        return new Value.Struct(Map.of(
                "id", Value.of(document.id()),
                "revision", Value.of(document.revision()),
                "updatedAt", Value.of(document.updatedAtMs())));
    }
}
