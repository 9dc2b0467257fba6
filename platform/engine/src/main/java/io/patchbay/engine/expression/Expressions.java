package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    /** Whether it is the constant true, which filters nothing. */
    public static boolean isTrue(Expression expression) {
        return expression instanceof Expression.Literal literal && literal.value() == Value.TRUE;
    }
}
