package io.patchbay.testkit.cel;

import io.patchbay.api.document.Value;
import java.util.Map;
import java.util.Optional;

/**
 * One published case.
 *
 * @param name file, section and test: {@code logic/AND/all_true}
 * @param expression CEL text
 * @param variables what its names stand for; as a document's data, they make the expression a filter
 * @param expected what it must give; empty if it must be an error, which to us is unknown or a refusal
 * @param foreign why the case can't be put in our values: its variables or its result are of a type that we don't have
 */
public record CelCase(
        String name,
        String expression,
        Map<String, Value> variables,
        Optional<Value> expected,
        Optional<String> foreign) {
    public CelCase {
        variables = Map.copyOf(variables);
    }

    /** Whether it can be asked of a store as a filter over a document of the {@link #variables}: its result is a truth value or unknown. */
    public boolean isFilter() {
        return foreign.isEmpty()
                && expected.map(value -> value instanceof Value.Bool).orElse(true);
    }

    @Override
    public String toString() {
        return name + ": " + expression;
    }
}
