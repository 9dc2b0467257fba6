package io.patchbay.api.query;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the truth of an expression says about single fields: if it is true, each field's value is in its set.
 *
 * <p>Only truth is looked at, for a filter asks for nothing else: false and unknown are alike, so {@code &&} intersects and {@code ||} unites.
 *
 * @param exact whether the reverse holds too: if all values are in their sets, the expression is true
 */
record Bounds(Map<FieldPath, KeySet> sets, boolean exact) {
    static final FieldPath ID = new FieldPath(List.of("meta", "id"));
    private static final Bounds NOTHING = new Bounds(Map.of(), false);

    static Bounds of(Expression expression) {
        if (expression instanceof Call call) {
            return ofCall(call);
        }
        if (expression instanceof Expression.Has has) {
            return ofField(
                    new Expression.Select(has.operand(), has.field()), KeySet.ofKinds(OrderedKey.NULL, OrderedKey.END));
        }
        if (expression instanceof Literal literal && literal.value().equals(Value.TRUE)) {
            return new Bounds(Map.of(), true);
        }
        return ofField(expression, point(Value.TRUE));
    }

    /** The parts of which all must be true. */
    static List<Expression> conjuncts(Expression expression) {
        if (expression instanceof Call call && call.function() == Function.AND) {
            return call.arguments().stream()
                    .flatMap(part -> conjuncts(part).stream())
                    .toList();
        }
        return List.of(expression);
    }

    Bounds and(Bounds other) {
        Map<FieldPath, KeySet> both = new HashMap<>(sets);
        other.sets.forEach((field, set) -> both.merge(field, set, KeySet::and));
        return new Bounds(both, exact && other.exact);
    }

    private Bounds or(Bounds other) {
        Map<FieldPath, KeySet> common = new HashMap<>();
        sets.forEach((field, set) -> {
            if (other.sets.containsKey(field)) {
                common.put(field, set.or(other.sets.get(field)));
            }
        });
        boolean oneField = sets.size() == 1 && sets.keySet().equals(other.sets.keySet());
        return new Bounds(common, exact && other.exact && oneField);
    }

    private static Bounds ofCall(Call call) {
        List<Expression> arguments = call.arguments();
        Function function = call.function();
        if (function == Function.AND || function == Function.OR) {
            return arguments.stream()
                    .map(Bounds::of)
                    .reduce(function == Function.AND ? Bounds::and : Bounds::or)
                    .orElse(NOTHING);
        }
        if (function == Function.NOT) {
            return ofField(arguments.get(0), point(Value.FALSE));
        }
        if (arguments.size() != 2) {
            return NOTHING;
        }
        if (function == Function.IN) {
            return literals(arguments.get(1))
                    .map(values -> ofField(arguments.get(0), points(values)))
                    .orElse(NOTHING);
        }
        if (function == Function.STARTS_WITH) {
            return text(arguments.get(1))
                    .map(prefix -> ofField(arguments.get(0), beginningWith(prefix)))
                    .orElse(NOTHING);
        }
        if (arguments.get(1) instanceof Literal literal) {
            return compared(arguments.get(0), function, literal.value());
        }
        if (arguments.get(0) instanceof Literal literal) {
            return compared(arguments.get(1), mirrored(function), literal.value());
        }
        return NOTHING;
    }

    private static Bounds compared(Expression field, Function function, Value value) {
        if (function == Function.EQUAL) {
            return ofField(field, point(value));
        }
        byte[] key = OrderedKey.of(Optional.of(value), false);
        byte kind = key[0];
        if (kind != OrderedKey.NUMBER && kind != OrderedKey.TEXT) {
            return NOTHING;
        }
        byte[] lowest = {kind};
        byte[] highest = {(byte) (kind + 1)};
        byte[] behind = KeyRange.point(key).to();
        if (function == Function.LESS) {
            return ofField(field, KeySet.of(new KeyRange(lowest, key, false)));
        }
        if (function == Function.LESS_OR_EQUAL) {
            return ofField(field, KeySet.of(new KeyRange(lowest, behind, false)));
        }
        if (function == Function.GREATER) {
            return ofField(field, KeySet.of(new KeyRange(behind, highest, false)));
        }
        if (function == Function.GREATER_OR_EQUAL) {
            return ofField(field, KeySet.of(new KeyRange(key, highest, false)));
        }
        return NOTHING;
    }

    /** The same comparison seen from the other side; what is no comparison stays itself. */
    private static Function mirrored(Function function) {
        if (function == Function.LESS) {
            return Function.GREATER;
        }
        if (function == Function.LESS_OR_EQUAL) {
            return Function.GREATER_OR_EQUAL;
        }
        if (function == Function.GREATER) {
            return Function.LESS;
        }
        return function == Function.GREATER_OR_EQUAL ? Function.LESS_OR_EQUAL : function;
    }

    private static Bounds ofField(Expression expression, KeySet set) {
        Optional<FieldPath> path = FieldPath.of(expression).filter(field -> !field.isMeta() || field.equals(ID));
        return path.map(field -> new Bounds(Map.of(field, set), true)).orElse(NOTHING);
    }

    private static KeySet point(Value value) {
        return KeySet.of(KeyRange.point(OrderedKey.of(Optional.of(value), false)));
    }

    private static KeySet points(List<Value> values) {
        return KeySet.union(values.stream()
                .map(value -> KeyRange.point(OrderedKey.of(Optional.of(value), false)))
                .toList());
    }

    private static KeySet beginningWith(String prefix) {
        byte[] whole = OrderedKey.of(Optional.of(Value.of(prefix)), false);
        byte[] unended = Arrays.copyOf(whole, whole.length - 2);
        return KeySet.of(new KeyRange(unended, OrderedKey.behindPrefix(unended).orElseThrow(), false));
    }

    private static Optional<String> text(Expression expression) {
        return expression instanceof Literal literal && literal.value() instanceof Value.Text text
                ? Optional.of(text.value())
                : Optional.empty();
    }

    private static Optional<List<Value>> literals(Expression expression) {
        if (expression instanceof Literal literal && literal.value() instanceof Value.Array array) {
            return Optional.of(array.items());
        }
        if (!(expression instanceof Expression.ListOf list)) {
            return Optional.empty();
        }
        List<Value> values = new ArrayList<>();
        for (Expression item : list.items()) {
            if (!(item instanceof Literal literal)) {
                return Optional.empty();
            }
            values.add(literal.value());
        }
        return Optional.of(values);
    }
}
