package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What is done with expressions besides evaluating them. Any thread. */
public final class Expressions {
    private Expressions() {}

    /** The terms that must all be true: {@code a && (b && c)} has three. */
    public static List<Expression> conjuncts(Expression expression) {
        List<Expression> terms = new ArrayList<>();
        collect(expression, terms);
        return List.copyOf(terms);
    }

    private static void collect(Expression expression, List<Expression> terms) {
        if (expression instanceof Call call && call.function() == Function.AND) {
            call.arguments().forEach(argument -> collect(argument, terms));
        } else {
            terms.add(expression);
        }
    }

    /** All of them; empty if there are none. */
    public static Optional<Expression> all(List<Expression> terms) {
        return terms.stream().reduce((left, right) -> Call.of(Function.AND, left, right));
    }

    /** The expression with what is constant computed; it means the same. */
    public static Expression fold(Expression expression) {
        return Folding.fold(expression);
    }

    /** CEL text that means {@code expression}; for messages and plans. */
    public static String text(Expression expression) {
        return ExpressionText.of(expression);
    }

    /** The names that no quantifier binds; the caller's own set. */
    public static Set<String> freeNames(Expression expression) {
        Set<String> names = new HashSet<>();
        collectNames(expression, Set.of(), names);
        return names;
    }

    private static void collectNames(Expression expression, Set<String> bound, Set<String> names) {
        if (expression instanceof Expression.Variable variable) {
            if (!bound.contains(variable.name())) {
                names.add(variable.name());
            }
        } else if (expression instanceof Expression.Comprehension quantifier) {
            collectNames(quantifier.range(), bound, names);
            Set<String> inner = new HashSet<>(bound);
            inner.add(quantifier.variable());
            collectNames(quantifier.condition(), inner, names);
            collectNames(quantifier.body(), inner, names);
        } else {
            children(expression).forEach(child -> collectNames(child, bound, names));
        }
    }

    /** The parts of an expression that is no quantifier, whose parts see a name more than it does itself. */
    public static List<Expression> children(Expression expression) {
        if (expression instanceof Expression.Select select) {
            return List.of(select.operand());
        }
        if (expression instanceof Expression.Has has) {
            return List.of(has.operand());
        }
        if (expression instanceof Call call) {
            return call.arguments();
        }
        if (expression instanceof Expression.ListOf list) {
            return list.items();
        }
        if (expression instanceof Expression.StructOf struct) {
            return struct.entries().stream()
                    .flatMap(entry -> Stream.of(entry.key(), entry.value()))
                    .toList();
        }
        return List.of();
    }

    /** Whether it is the constant true, which filters nothing. */
    public static boolean isTrue(Expression expression) {
        return expression instanceof Expression.Literal literal && literal.value() == Value.TRUE;
    }
}
