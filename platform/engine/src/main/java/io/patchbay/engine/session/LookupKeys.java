package io.patchbay.engine.session;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Literal;
import io.patchbay.api.query.FieldPath;
import io.patchbay.engine.access.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Finds the equality terms of what someone wants: keys of which a document must hold at least one. {@code room == 7}, {@code x in [1, 2]}, {@code "ann" in members} and their alternatives
 * give keys; of terms that must all be true the cheapest is enough. A condition that no document can meet has none of them, which is not the same as having no equality term.
 */
final class LookupKeys {
    /** How a rule names the document. */
    private static final String DOC = "doc";

    private final ToLongFunction<LookupKey> cost;

    private LookupKeys(ToLongFunction<LookupKey> cost) {
        this.cost = cost;
    }

    /** Whether {@link #find} finds any. */
    static boolean exist(Visibility wanted) {
        return find(wanted, key -> 1).isPresent();
    }

    /**
     * Keys of which every document that is wanted has at least one; empty if there is no equality term.
     *
     * @param cost what a key costs each change; of several choices the cheapest is taken
     */
    static Optional<List<LookupKey>> find(Visibility wanted, ToLongFunction<LookupKey> cost) {
        LookupKeys keys = new LookupKeys(cost);
        List<Optional<List<LookupKey>>> choices = new ArrayList<>();
        wanted.filters().forEach(filter -> choices.add(keys.of(filter, false)));
        wanted.rules().forEach(rule -> choices.add(keys.of(rule, true)));
        return keys.cheapest(choices);
    }

    private Optional<List<LookupKey>> of(Expression expression, boolean rule) {
        if (expression instanceof Literal literal) {
            return literal.value().equals(Value.TRUE) ? Optional.empty() : Optional.of(List.of());
        }
        if (!(expression instanceof Call call)) {
            return Optional.empty();
        }
        List<Expression> arguments = call.arguments();
        return switch (call.function()) {
            case AND -> cheapest(arguments.stream().map(part -> of(part, rule)).toList());
            case OR -> any(arguments, rule);
            case EQUAL ->
                equality(arguments.get(0), arguments.get(1), rule)
                        .or(() -> equality(arguments.get(1), arguments.get(0), rule));
            case IN ->
                oneOf(arguments.get(0), arguments.get(1), rule)
                        .or(() -> member(arguments.get(0), arguments.get(1), rule));
            case NOT,
                    NOT_EQUAL,
                    LESS,
                    LESS_OR_EQUAL,
                    GREATER,
                    GREATER_OR_EQUAL,
                    ADD,
                    SUBTRACT,
                    MULTIPLY,
                    DIVIDE,
                    MODULO,
                    NEGATE,
                    CONDITIONAL,
                    INDEX,
                    SIZE,
                    CONTAINS,
                    STARTS_WITH,
                    ENDS_WITH,
                    MATCHES,
                    TO_INT,
                    TO_DOUBLE,
                    TO_STRING,
                    TO_BOOL,
                    TYPE -> Optional.empty();
        };
    }

    private Optional<List<LookupKey>> cheapest(List<Optional<List<LookupKey>>> choices) {
        List<LookupKey> best = null;
        long bestCost = Long.MAX_VALUE;
        for (Optional<List<LookupKey>> choice : choices) {
            if (choice.isPresent()) {
                long itsCost = choice.get().stream().mapToLong(cost).sum();
                if (itsCost < bestCost) {
                    best = choice.get();
                    bestCost = itsCost;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /** One alternative without a key spoils all: a document may meet that one alone. */
    private Optional<List<LookupKey>> any(List<Expression> alternatives, boolean rule) {
        List<LookupKey> keys = new ArrayList<>();
        for (Expression alternative : alternatives) {
            Optional<List<LookupKey>> some = of(alternative, rule);
            if (some.isEmpty()) {
                return Optional.empty();
            }
            keys.addAll(some.get());
        }
        return Optional.of(keys.stream().distinct().toList());
    }

    private static Optional<List<LookupKey>> equality(Expression field, Expression value, boolean rule) {
        return value instanceof Literal literal && LookupKey.isScalar(literal.value())
                ? place(field, false, rule).map(place -> List.of(new LookupKey(place, literal.value())))
                : Optional.empty();
    }

    /** {@code field in [1, 2]} */
    private static Optional<List<LookupKey>> oneOf(Expression field, Expression range, boolean rule) {
        if (!(range instanceof Literal literal
                && literal.value() instanceof Value.Array array
                && array.items().stream().allMatch(LookupKey::isScalar))) {
            return Optional.empty();
        }
        return place(field, false, rule)
                .map(place -> array.items().stream()
                        .map(item -> new LookupKey(place, item))
                        .distinct()
                        .toList());
    }

    /** {@code "ann" in field} */
    private static Optional<List<LookupKey>> member(Expression item, Expression field, boolean rule) {
        return item instanceof Literal literal && LookupKey.isScalar(literal.value())
                ? place(field, true, rule).map(place -> List.of(new LookupKey(place, literal.value())))
                : Optional.empty();
    }

    /** In a filter a name is a field; in a rule the fields are doc's. */
    private static Optional<LookupKey.Place> place(Expression expression, boolean items, boolean rule) {
        Optional<FieldPath> path = FieldPath.of(expression);
        if (rule) {
            path = path.filter(whole ->
                            whole.names().size() > 1 && whole.names().get(0).equals(DOC))
                    .map(whole ->
                            new FieldPath(whole.names().subList(1, whole.names().size())));
        }
        return path.map(place -> new LookupKey.Place(place, items));
    }
}
