package io.patchbay.engine.access;

import io.patchbay.api.query.Expression;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Walks through expressions: which names they use freely, and the same expression with some parts replaced. */
final class RuleTree {
    private RuleTree() {}

    /** The names that no quantifier binds. */
    static Set<String> freeNames(Expression expression) {
        Set<String> names = new HashSet<>();
        collect(expression, Set.of(), names::add);
        return names;
    }

    private static void collect(Expression expression, Set<String> bound, Predicate<String> found) {
        if (expression instanceof Expression.Variable variable) {
            if (!bound.contains(variable.name())) {
                found.test(variable.name());
            }
        } else if (expression instanceof Expression.Comprehension quantifier) {
            collect(quantifier.range(), bound, found);
            Set<String> inner = new HashSet<>(bound);
            inner.add(quantifier.variable());
            collect(quantifier.condition(), inner, found);
            collect(quantifier.body(), inner, found);
        } else {
            children(expression).forEach(child -> collect(child, bound, found));
        }
    }

    /** Whether the predicate of any quantifier uses {@code name}. */
    static boolean quantifierUses(Expression expression, String name) {
        if (expression instanceof Expression.Comprehension quantifier) {
            Set<String> names = freeNames(quantifier.body());
            names.addAll(freeNames(quantifier.condition()));
            return names.contains(name) || quantifierUses(quantifier.range(), name);
        }
        return children(expression).stream().anyMatch(child -> quantifierUses(child, name));
    }

    private static List<Expression> children(Expression expression) {
        if (expression instanceof Expression.Select select) {
            return List.of(select.operand());
        }
        if (expression instanceof Expression.Has has) {
            return List.of(has.operand());
        }
        if (expression instanceof Expression.Call call) {
            return call.arguments();
        }
        if (expression instanceof Expression.ListOf list) {
            return list.items();
        }
        if (expression instanceof Expression.StructOf struct) {
            return struct.entries().stream()
                    .flatMap(entry -> java.util.stream.Stream.of(entry.key(), entry.value()))
                    .toList();
        }
        return List.of();
    }

    /** With {@code replacement} applied to each part from the top down; a part that it changes is not looked into. Names bound by quantifiers hide what they hide. */
    static Expression replace(Expression expression, String hiddenBy, UnaryOperator<Expression> replacement) {
        Expression replaced = replacement.apply(expression);
        if (replaced != expression) {
            return replaced;
        }
        UnaryOperator<Expression> inside = part -> replace(part, hiddenBy, replacement);
        if (expression instanceof Expression.Select select) {
            return new Expression.Select(inside.apply(select.operand()), select.field());
        }
        if (expression instanceof Expression.Has has) {
            return new Expression.Has(inside.apply(has.operand()), has.field());
        }
        if (expression instanceof Expression.Call call) {
            return new Expression.Call(
                    call.function(), call.arguments().stream().map(inside).toList());
        }
        if (expression instanceof Expression.ListOf list) {
            return new Expression.ListOf(list.items().stream().map(inside).toList());
        }
        if (expression instanceof Expression.StructOf struct) {
            return new Expression.StructOf(struct.entries().stream()
                    .map(entry -> new Expression.StructOf.Entry(inside.apply(entry.key()), inside.apply(entry.value())))
                    .toList());
        }
        if (expression instanceof Expression.Comprehension quantifier) {
            boolean hidden = quantifier.variable().equals(hiddenBy);
            return new Expression.Comprehension(
                    quantifier.kind(),
                    quantifier.variable(),
                    inside.apply(quantifier.range()),
                    hidden ? quantifier.condition() : inside.apply(quantifier.condition()),
                    hidden ? quantifier.body() : inside.apply(quantifier.body()));
        }
        return expression;
    }
}
