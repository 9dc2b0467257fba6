package io.patchbay.engine.access;

import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.Expressions;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Expressions of rules with some of their parts replaced. */
final class RuleTree {
    private RuleTree() {}

    /** Whether the predicate of any quantifier uses {@code name}. */
    static boolean quantifierUses(Expression expression, String name) {
        if (expression instanceof Expression.Comprehension quantifier) {
            Set<String> names = Expressions.freeNames(quantifier.body());
            names.addAll(Expressions.freeNames(quantifier.condition()));
            return names.contains(name) || quantifierUses(quantifier.range(), name);
        }
        return Expressions.children(expression).stream().anyMatch(child -> quantifierUses(child, name));
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
