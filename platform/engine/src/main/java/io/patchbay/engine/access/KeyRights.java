package io.patchbay.engine.access;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.Evaluator;
import java.util.Optional;

/** The keys with which one caller may do one thing: a rule with what is known of the caller put in. Any thread. */
public final class KeyRights {
    static final KeyRights ALL = new KeyRights(new Expression.Literal(Value.TRUE));

    private final Expression rule;

    KeyRights(Expression rule) {
        this.rule = rule;
    }

    /** Whether no key is allowed, whatever it is. */
    public boolean isNone() {
        return rule instanceof Expression.Literal literal && !literal.value().equals(Value.TRUE);
    }

    public boolean allows(String key) {
        return Evaluator.evaluate(
                        rule, name -> name.equals(RuleVariables.KEY) ? Optional.of(Value.of(key)) : Optional.empty())
                .filter(Value.TRUE::equals)
                .isPresent();
    }
}
