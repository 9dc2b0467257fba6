package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Comprehension;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes what does not depend on a document: {@code price > 2 * 50} becomes {@code price > 100}, a list of constants becomes one constant. What is unknown stays as it is
 * written, since the tree has no word for it.
 */
final class Folding {
    private Folding() {}

    static Expression fold(Expression expression) {
        if (expression instanceof Call call) {
            return call(new Call(call.function(), all(call.arguments())));
        } else if (expression instanceof Expression.Select select) {
            Expression.Select folded = new Expression.Select(fold(select.operand()), select.field());
            // A caller's id, say: as a value it can be looked up in an index.
            return folded.operand() instanceof Literal ? computed(folded) : folded;
        } else if (expression instanceof Expression.Has has) {
            Expression.Has folded = new Expression.Has(fold(has.operand()), has.field());
            return folded.operand() instanceof Literal ? computed(folded) : folded;
        } else if (expression instanceof Expression.ListOf list) {
            Expression.ListOf folded = new Expression.ListOf(all(list.items()));
            return constant(folded.items()) ? computed(folded) : folded;
        } else if (expression instanceof Expression.StructOf struct) {
            return struct(struct);
        } else if (expression instanceof Comprehension c) {
            return new Comprehension(c.kind(), c.variable(), fold(c.range()), fold(c.condition()), fold(c.body()));
        }
        return expression;
    }

    private static Expression call(Call call) {
        if (constant(call.arguments())) {
            return computed(call);
        }
        if (call.function() == Function.AND || call.function() == Function.OR) {
            return connective(call);
        }
        if (call.function() == Function.CONDITIONAL
                && call.arguments().get(0) instanceof Literal literal
                && literal.value() instanceof Value.Bool bool) {
            return call.arguments().get(bool.value() ? 1 : 2);
        }
        return call;
    }

    /** {@code true && x} is x only if x is a truth value for sure: of a field that is no boolean it is unknown. */
    private static Expression connective(Call call) {
        Literal deciding = new Literal(Value.of(call.function() == Function.OR));
        Literal neutral = new Literal(Value.of(call.function() == Function.AND));
        List<Expression> rest = new ArrayList<>(call.arguments());
        if (rest.contains(deciding)) {
            return deciding;
        }
        rest.remove(neutral);
        return rest.size() == 1 && isTruth(rest.get(0)) ? rest.get(0) : call;
    }

    private static boolean isTruth(Expression expression) {
        if (expression instanceof Expression.Has) {
            return true;
        }
        if (expression instanceof Comprehension comprehension) {
            return comprehension.kind() != Comprehension.Kind.MAP && comprehension.kind() != Comprehension.Kind.FILTER;
        }
        return expression instanceof Call call
                && switch (call.function()) {
                    case AND,
                            OR,
                            NOT,
                            EQUAL,
                            NOT_EQUAL,
                            LESS,
                            LESS_OR_EQUAL,
                            GREATER,
                            GREATER_OR_EQUAL,
                            IN,
                            CONTAINS,
                            STARTS_WITH,
                            ENDS_WITH,
                            MATCHES,
                            TO_BOOL -> true;
                    case ADD,
                            SUBTRACT,
                            MULTIPLY,
                            DIVIDE,
                            MODULO,
                            NEGATE,
                            CONDITIONAL,
                            INDEX,
                            SIZE,
                            TO_INT,
                            TO_DOUBLE,
                            TO_STRING,
                            TYPE -> false;
                };
    }

    private static Expression struct(Expression.StructOf struct) {
        List<Expression.StructOf.Entry> entries = new ArrayList<>();
        boolean constant = true;
        for (Expression.StructOf.Entry entry : struct.entries()) {
            Expression.StructOf.Entry folded = new Expression.StructOf.Entry(fold(entry.key()), fold(entry.value()));
            constant &= folded.key() instanceof Literal && folded.value() instanceof Literal;
            entries.add(folded);
        }
        Expression.StructOf folded = new Expression.StructOf(entries);
        return constant ? computed(folded) : folded;
    }

    private static Expression computed(Expression expression) {
        Optional<Value> value = Evaluator.evaluate(expression, name -> Optional.empty());
        return value.<Expression>map(Literal::new).orElse(expression);
    }

    private static boolean constant(List<Expression> expressions) {
        return expressions.stream().allMatch(Literal.class::isInstance);
    }

    private static List<Expression> all(List<Expression> expressions) {
        return expressions.stream().map(Folding::fold).toList();
    }
}
