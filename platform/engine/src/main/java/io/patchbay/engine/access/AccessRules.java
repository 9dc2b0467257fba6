package io.patchbay.engine.access;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.ExpressionParser;
import io.patchbay.engine.expression.Names;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of one collection. An action without a rule is for admins alone.
 *
 * <p>Rules are parsed when they are first needed, since loading the parser takes time that a starting node doesn't have; {@link #check} parses those that an admin has just written. Any thread.
 */
public final class AccessRules {
    /** For how many callers bound rules are remembered. */
    private static final int REMEMBERED_CALLERS = 1000;

    private final String collection;
    private final Map<String, String> texts;
    private final Map<Action, Expression> parsed = new ConcurrentHashMap<>();
    private final Map<Caller, Rights> remembered = new ConcurrentHashMap<>();

    private record Caller(String id, String name, Optional<io.patchbay.api.auth.Role> role) {}

    public AccessRules(String collection, Map<String, String> texts) {
        this.collection = collection;
        this.texts = texts;
    }

    /** @throws PatchbayException RULE_INVALID for an unknown action, text that is no expression, or one that can't be meant: no condition, or about what a rule can't know; details: {@code action, line, column} */
    public void check() {
        texts.forEach((label, text) -> {
            Action action = Action.find(label)
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.RULE_INVALID,
                            "There is no action '" + label + "'; rules are for list, read, create, update and delete.",
                            Map.of("action", label)));
            parse(action, text, RuleVariables.written(action));
        });
    }

    private static Expression parse(Action action, String text, Names names) {
        try {
            return ExpressionParser.parseRule(text, "rule for " + action.label(), names);
        } catch (PatchbayException e) {
            Map<String, Object> details = new HashMap<>(e.details());
            details.put("action", action.label());
            throw new PatchbayException(e.code(), e.getMessage(), details);
        }
    }

    /** What {@code identity} may do here. */
    public Rights of(Identity identity) {
        if (identity.isAdmin()) {
            return Rights.ADMIN;
        }
        Caller caller = new Caller(identity.id(), identity.name(), identity.role());
        Rights rights = remembered.get(caller);
        if (rights == null) {
            if (remembered.size() >= REMEMBERED_CALLERS) {
                remembered.clear();
            }
            rights = new RuledRights(this, identity);
            remembered.put(caller, rights);
        }
        return rights;
    }

    String collection() {
        return collection;
    }

    Optional<Expression> find(Action action) {
        String text = texts.get(action.label());
        if (text == null) {
            return Optional.empty();
        }
        return Optional.of(parsed.computeIfAbsent(action, a -> parse(a, text, RuleVariables.KEPT)));
    }
}
