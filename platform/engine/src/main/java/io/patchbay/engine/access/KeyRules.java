package io.patchbay.engine.access;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.ExpressionParser;
import io.patchbay.engine.expression.Expressions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of one bucket, over {@code auth} and {@code key}. An action without a rule is for admins alone.
 *
 * <p>Parsed when they are first needed, as {@link AccessRules} are. Any thread.
 */
public final class KeyRules {
    private static final List<String> LABELS =
            Arrays.stream(KeyAction.values()).map(KeyAction::label).toList();
    /** For how many callers bound rules are remembered. */
    private static final int REMEMBERED_CALLERS = 1000;

    private static final Expression NEVER = new Expression.Literal(Value.FALSE);

    private final Map<String, String> texts;
    private final Map<KeyAction, Expression> parsed = new ConcurrentHashMap<>();
    private final Map<Caller, KeyRights> remembered = new ConcurrentHashMap<>();

    private record Caller(String id, String name, Optional<Role> role, KeyAction action) {}

    public KeyRules(Map<String, String> texts) {
        this.texts = texts;
    }

    /** @throws PatchbayException RULE_INVALID for an unknown action or text that can't be a condition over a key; details: {@code action, line, column} */
    public void check() {
        texts.forEach((label, text) -> {
            if (!LABELS.contains(label)) {
                throw new PatchbayException(
                        ErrorCode.RULE_INVALID,
                        "There is no action '" + label + "' in a bucket; its rules are for read and write."
                                + Nearest.hint(label, LABELS),
                        Map.of("action", label));
            }
            parse(label, text, true);
        });
    }

    private static Expression parse(String action, String text, boolean written) {
        try {
            return ExpressionParser.parseRule(text, "rule for " + action, RuleVariables.ofBucket(written));
        } catch (PatchbayException e) {
            Map<String, Object> details = new HashMap<>(e.details());
            details.put("action", action);
            throw new PatchbayException(e.code(), e.getMessage(), details);
        }
    }

    /** What {@code identity} may do with which keys. */
    public KeyRights of(Identity identity, KeyAction action) {
        if (identity.isAdmin()) {
            return KeyRights.ALL;
        }
        Caller caller = new Caller(identity.id(), identity.name(), identity.role(), action);
        KeyRights rights = remembered.get(caller);
        if (rights == null) {
            if (remembered.size() >= REMEMBERED_CALLERS) {
                remembered.clear();
            }
            rights = bind(identity, action);
            remembered.put(caller, rights);
        }
        return rights;
    }

    private KeyRights bind(Identity identity, KeyAction action) {
        String text = texts.get(action.label());
        if (text == null) {
            return new KeyRights(NEVER);
        }
        Expression rule = parsed.computeIfAbsent(action, a -> parse(a.label(), text, false));
        Value auth = RuleVariables.auth(identity);
        return new KeyRights(Expressions.fold(RuleTree.replace(
                rule,
                RuleVariables.AUTH,
                part -> part instanceof Expression.Variable variable
                                && variable.name().equals(RuleVariables.AUTH)
                        ? new Expression.Literal(auth)
                        : part)));
    }
}
