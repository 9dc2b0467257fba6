package io.patchbay.engine.expression;

import com.google.re2j.Pattern;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Comprehension;
import io.patchbay.api.query.Expression.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of one expression; null stands for unknown within. Used once, by one thread.
 *
 * <p>It runs for every change and every live query, so it makes nothing that it need not: no Optional, no list of arguments for the common operators. Each node takes a step, and
 * what is proportional to a text or a list takes more; when the steps are used up, everything is unknown, which ends the work at once.
 */
final class Evaluation {
    /** A step pays for so many characters or items that are copied or compared. */
    private static final int ITEMS_PER_STEP = 32;

    private final Names names;
    private final Steps steps;
    private @Nullable Scope scope;

    /** What a name stands for; null if nothing. */
    interface Names {
        @Nullable
        Value find(String name);
    }

    private record Scope(
            String variable, Value value, @Nullable Scope outer) {}

    Evaluation(Names names, Steps steps) {
        this.names = names;
        this.steps = steps;
    }

    /** Null once the steps are used up, even if an operand of what is asked was known: a half-done evaluation decides nothing. */
    @Nullable
    Value value(Expression expression) {
        Value value = compute(expression);
        return steps.usedUp() ? null : value;
    }

    private @Nullable Value compute(Expression expression) {
        if (!spend(1)) {
            return null;
        }
        if (expression instanceof Expression.Literal literal) {
            return literal.value();
        } else if (expression instanceof Expression.Variable variable) {
            return variable(variable.name());
        } else if (expression instanceof Expression.Select select) {
            return compute(select.operand()) instanceof Value.Struct struct
                    ? struct.fields().get(select.field())
                    : null;
        } else if (expression instanceof Call call) {
            return call(call);
        } else if (expression instanceof Expression.Has has) {
            Value operand = compute(has.operand());
            return operand == null
                    ? null
                    : Value.of(operand instanceof Value.Struct struct
                            && struct.fields().containsKey(has.field()));
        } else if (expression instanceof Expression.ListOf list) {
            return list(list);
        } else if (expression instanceof Expression.StructOf struct) {
            return struct(struct);
        }
        return comprehension((Comprehension) expression);
    }

    private @Nullable Value variable(String name) {
        for (Scope inner = scope; inner != null; inner = inner.outer()) {
            if (inner.variable().equals(name)) {
                return inner.value();
            }
        }
        return names.find(name);
    }

    private @Nullable Value call(Call call) {
        List<Expression> arguments = call.arguments();
        switch (call.function()) {
            case AND:
                return either(arguments, Value.FALSE, Value.TRUE);
            case OR:
                return either(arguments, Value.TRUE, Value.FALSE);
            case CONDITIONAL:
                Value condition = compute(arguments.get(0));
                return condition instanceof Value.Bool bool ? compute(arguments.get(bool.value() ? 1 : 2)) : null;
            default:
                Value first = compute(arguments.get(0));
                if (first == null) {
                    return null;
                }
                return arguments.size() == 1
                        ? unary(call.function(), first)
                        : binary(call.function(), first, compute(arguments.get(1)));
        }
    }

    /** {@code deciding} if one operand is, else unknown if one is, else the {@code other}. */
    private @Nullable Value either(List<Expression> operands, Value deciding, Value other) {
        Value result = other;
        for (Expression operand : operands) {
            Value value = compute(operand);
            if (value instanceof Value.Bool && value.equals(deciding)) {
                return deciding;
            }
            if (!(value instanceof Value.Bool)) {
                result = null;
            }
        }
        return result;
    }

    private @Nullable Value unary(Function function, Value value) {
        return switch (function) {
            case NOT -> value instanceof Value.Bool bool ? Value.of(!bool.value()) : null;
            case NEGATE -> Numbers.negate(value);
            case SIZE -> size(value);
            case TO_INT -> Conversions.toInt(value);
            case TO_DOUBLE -> Conversions.toDouble(value);
            case TO_STRING -> Conversions.toText(value);
            case TO_BOOL -> Conversions.toBool(value);
            case TYPE -> Value.of(Types.name(value));
            default -> throw new IllegalArgumentException(function + " takes more than one argument");
        };
    }

    private @Nullable Value binary(Function function, Value left, @Nullable Value right) {
        if (right == null) {
            return null;
        }
        return switch (function) {
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> equal(left, right) == Value.TRUE ? Value.FALSE : Value.TRUE;
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> ordered(function, Comparison.order(left, right));
            case IN -> contains(right, left);
            case ADD -> add(left, right);
            case SUBTRACT, MULTIPLY, DIVIDE, MODULO -> Numbers.calculate(function, left, right);
            case INDEX -> index(left, right);
            case CONTAINS, STARTS_WITH, ENDS_WITH, MATCHES ->
                left instanceof Value.Text text && right instanceof Value.Text other
                        ? texts(function, text.value(), other.value())
                        : null;
            case AND, OR, NOT, NEGATE, CONDITIONAL, SIZE, TO_INT, TO_DOUBLE, TO_STRING, TO_BOOL, TYPE ->
                throw new IllegalArgumentException(function + " does not take two arguments");
        };
    }

    private Value equal(Value left, Value right) {
        if (left instanceof Value.Array array) {
            spend(array.items().size());
        } else if (left instanceof Value.Struct struct) {
            spend(struct.fields().size());
        }
        return Value.of(Comparison.equal(left, right));
    }

    private static @Nullable Value ordered(Function function, int order) {
        if (order == Comparison.UNKNOWN) {
            return null;
        }
        return Value.of(
                switch (function) {
                    case LESS -> order < 0;
                    case LESS_OR_EQUAL -> order <= 0;
                    case GREATER -> order > 0;
                    default -> order >= 0;
                });
    }

    private @Nullable Value contains(Value range, Value wanted) {
        if (range instanceof Value.Struct struct) {
            return wanted instanceof Value.Text key ? Value.of(struct.fields().containsKey(key.value())) : Value.FALSE;
        }
        if (!(range instanceof Value.Array array)) {
            return null;
        }
        for (Value item : array.items()) {
            if (!spend(1)) {
                return null;
            }
            if (equal(item, wanted) == Value.TRUE) {
                return Value.TRUE;
            }
        }
        return Value.FALSE;
    }

    private @Nullable Value add(Value left, Value right) {
        if (left instanceof Value.Text l && right instanceof Value.Text r) {
            return spendItems(l.value().length() + r.value().length()) ? Value.of(l.value() + r.value()) : null;
        }
        if (left instanceof Value.Array l && right instanceof Value.Array r) {
            if (!spendItems(l.items().size() + r.items().size())) {
                return null;
            }
            List<Value> items = new ArrayList<>(l.items());
            items.addAll(r.items());
            return new Value.Array(items);
        }
        return Numbers.calculate(Function.ADD, left, right);
    }

    private static @Nullable Value index(Value range, Value index) {
        if (range instanceof Value.Array array && index instanceof Value.Int number) {
            return number.value() >= 0 && number.value() < array.items().size()
                    ? array.items().get((int) number.value())
                    : null;
        }
        return range instanceof Value.Struct struct && index instanceof Value.Text key
                ? struct.fields().get(key.value())
                : null;
    }

    private @Nullable Value texts(Function function, String text, String other) {
        if (!spendItems(text.length())) {
            return null;
        }
        return switch (function) {
            case CONTAINS -> Value.of(text.contains(other));
            case STARTS_WITH -> Value.of(text.startsWith(other));
            case ENDS_WITH -> Value.of(text.endsWith(other));
            default -> matches(text, other);
        };
    }

    private @Nullable Value matches(String text, String regex) {
        Pattern pattern = Regexes.find(regex).orElse(null);
        return pattern != null && spend(Regexes.steps(pattern, text))
                ? Value.of(pattern.matcher(text).find())
                : null;
    }

    private @Nullable Value size(Value value) {
        if (value instanceof Value.Text text) {
            return spendItems(text.value().length())
                    ? Value.of(text.value().codePointCount(0, text.value().length()))
                    : null;
        }
        if (value instanceof Value.Array array) {
            return Value.of(array.items().size());
        }
        return value instanceof Value.Struct struct ? Value.of(struct.fields().size()) : null;
    }

    private @Nullable Value list(Expression.ListOf list) {
        List<Value> items = new ArrayList<>(list.items().size());
        for (Expression item : list.items()) {
            Value value = compute(item);
            if (value == null) {
                return null;
            }
            items.add(value);
        }
        return new Value.Array(items);
    }

    private @Nullable Value struct(Expression.StructOf struct) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (Expression.StructOf.Entry entry : struct.entries()) {
            Value value = compute(entry.value());
            if (value == null
                    || !(compute(entry.key()) instanceof Value.Text key)
                    || fields.put(key.value(), value) != null) {
                return null;
            }
        }
        return new Value.Struct(fields);
    }

    private @Nullable Value comprehension(Comprehension comprehension) {
        Value range = compute(comprehension.range());
        List<Value> items;
        if (range instanceof Value.Array array) {
            items = array.items();
        } else if (range instanceof Value.Struct struct && spend(struct.fields().size())) {
            items = new ArrayList<>(struct.fields().size());
            for (String key : struct.fields().keySet()) {
                items.add(Value.of(key));
            }
        } else {
            return null;
        }
        return switch (comprehension.kind()) {
            case ALL -> quantified(comprehension, items, Value.FALSE, Value.TRUE);
            case EXISTS -> quantified(comprehension, items, Value.TRUE, Value.FALSE);
            case EXISTS_ONE -> existsOne(comprehension, items);
            case MAP, FILTER -> transformed(comprehension, items);
        };
    }

    private @Nullable Value quantified(Comprehension comprehension, List<Value> items, Value deciding, Value other) {
        Value result = other;
        for (Value item : items) {
            Value value = with(comprehension.variable(), item, comprehension.body());
            if (value instanceof Value.Bool && value.equals(deciding)) {
                return deciding;
            }
            if (steps.usedUp()) {
                return null;
            }
            if (!(value instanceof Value.Bool)) {
                result = null;
            }
        }
        return result;
    }

    private @Nullable Value existsOne(Comprehension comprehension, List<Value> items) {
        int count = 0;
        for (Value item : items) {
            if (!(with(comprehension.variable(), item, comprehension.body()) instanceof Value.Bool found)) {
                return null;
            }
            count += found.value() ? 1 : 0;
        }
        return Value.of(count == 1);
    }

    private @Nullable Value transformed(Comprehension comprehension, List<Value> items) {
        boolean filters = comprehension.kind() == Comprehension.Kind.FILTER;
        Expression predicate = filters ? comprehension.body() : comprehension.condition();
        List<Value> results = new ArrayList<>();
        for (Value item : items) {
            if (!(with(comprehension.variable(), item, predicate) instanceof Value.Bool taken)) {
                return null;
            }
            if (!taken.value()) {
                continue;
            }
            Value result = filters ? item : with(comprehension.variable(), item, comprehension.body());
            if (result == null) {
                return null;
            }
            results.add(result);
        }
        return new Value.Array(results);
    }

    private @Nullable Value with(String variable, Value item, Expression body) {
        Scope outer = scope;
        scope = new Scope(variable, item, outer);
        Value value = compute(body);
        scope = outer;
        return value;
    }

    private boolean spendItems(int items) {
        return spend(items / ITEMS_PER_STEP);
    }

    private boolean spend(long more) {
        return steps.spend(more);
    }
}
