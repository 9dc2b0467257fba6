package io.patchbay.engine.access;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.Evaluator;
import io.patchbay.engine.expression.Expressions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The rights of a caller who is no admin: each rule with what is known of the caller put in and computed, as far as it goes without a document. */
final class RuledRights implements Rights {
    private static final Expression NEVER = new Expression.Literal(Value.FALSE);

    private final AccessRules rules;
    private final Value auth;
    private final Map<Action, Expression> bound = new ConcurrentHashMap<>();
    private final Map<Action, Visibility> visible = new ConcurrentHashMap<>();

    RuledRights(AccessRules rules, Identity identity) {
        this.rules = rules;
        this.auth = RuleVariables.auth(identity);
    }

    @Override
    public Visibility visibility(Action action) {
        return visible.computeIfAbsent(action, a -> Visibility.of(bound(a)));
    }

    @Override
    public Optional<Boolean> always(Action action) {
        if (bound(action) instanceof Expression.Literal literal) {
            return Optional.of(literal.value().equals(Value.TRUE));
        }
        return Optional.empty();
    }

    @Override
    public boolean allows(Action action, Optional<StoredDocument> before, Optional<StoredDocument> after) {
        Optional<Value> oldValue = before.map(RuleVariables::document);
        Optional<Value> newValue = after.map(RuleVariables::document);
        // A rule that speaks of doc protects what is there; only a create has nothing there yet.
        Optional<Value> doc = oldValue.isPresent() ? oldValue : newValue;
        return Evaluator.evaluate(bound(action), name -> switch (name) {
                    case RuleVariables.DOC -> doc;
                    case RuleVariables.BEFORE -> oldValue;
                    case RuleVariables.AFTER -> newValue;
                    default -> Optional.empty();
                })
                .filter(Value.TRUE::equals)
                .isPresent();
    }

    private Expression bound(Action action) {
        return bound.computeIfAbsent(
                action, a -> rules.find(a).map(rule -> bind(a, rule)).orElse(NEVER));
    }

    private Expression bind(Action action, Expression rule) {
        Value request = RuleVariables.request(action, rules.collection());
        Expression withAuth =
                RuleTree.replace(rule, RuleVariables.AUTH, part -> literal(part, RuleVariables.AUTH, auth));
        Expression withRequest = RuleTree.replace(
                withAuth, RuleVariables.REQUEST, part -> literal(part, RuleVariables.REQUEST, request));
        return Expressions.fold(withRequest);
    }

    private static Expression literal(Expression part, String name, Value value) {
        return part instanceof Expression.Variable variable && variable.name().equals(name)
                ? new Expression.Literal(value)
                : part;
    }
}
