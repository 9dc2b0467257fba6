package io.patchbay.engine.access;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.Evaluator;
import io.patchbay.engine.expression.Expressions;
import io.patchbay.engine.expression.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The documents that someone may see, or that a query asks for, as conditions that must all be true.
 *
 * @param ruleFilters what the rule says of a document's fields, such as a store understands
 * @param rules what it says of {@code doc} as a whole, which the engine checks
 * @param asked what the caller adds, over a document's fields
 */
public record Visibility(List<Expression> ruleFilters, List<Expression> rules, List<Expression> asked) {
    /** Every document. */
    public static final Visibility ALL = new Visibility(List.of(), List.of(), List.of());

    private static final Expression NEVER = new Expression.Literal(Value.FALSE);

    public Visibility {
        ruleFilters = List.copyOf(ruleFilters);
        rules = List.copyOf(rules);
        asked = List.copyOf(asked);
    }

    /** Those for which {@code rule} (about {@code doc}, all else put in) is true. */
    static Visibility of(Expression rule) {
        List<Expression> filters = new ArrayList<>();
        List<Expression> rules = new ArrayList<>();
        for (Expression term : Expressions.conjuncts(rule)) {
            if (Expressions.isTrue(term)) {
                continue;
            }
            if (canBeFilter(term)) {
                filters.add(asFilter(term));
            } else {
                rules.add(term);
            }
        }
        return new Visibility(filters, rules, List.of());
    }

    private static Expression asFilter(Expression rule) {
        return RuleTree.replace(
                rule,
                RuleVariables.DOC,
                part -> part instanceof Expression.Select select && isDoc(select.operand())
                        ? new Expression.Variable(select.field())
                        : part);
    }

    /** has(doc.name), size(doc) and the like speak of the document as a whole, and a quantifier's variable may hide a field of its name: neither can be said as a filter. */
    private static boolean canBeFilter(Expression rule) {
        if (!Set.of(RuleVariables.DOC).containsAll(Expressions.freeNames(rule))
                || RuleTree.quantifierUses(rule, RuleVariables.DOC)) {
            return false;
        }
        Expression withoutFields = RuleTree.replace(
                rule,
                RuleVariables.DOC,
                part -> part instanceof Expression.Select select && isDoc(select.operand()) ? NEVER : part);
        return !Expressions.freeNames(withoutFields).contains(RuleVariables.DOC);
    }

    private static boolean isDoc(Expression expression) {
        return expression instanceof Expression.Variable variable
                && variable.name().equals(RuleVariables.DOC);
    }

    /** Those of them that match {@code filter} too. */
    public Visibility and(Expression filter) {
        List<Expression> both = new ArrayList<>(asked);
        both.addAll(Expressions.conjuncts(filter));
        return new Visibility(ruleFilters, rules, both);
    }

    /** All that is said of a document's fields, the rule's part first. */
    public List<Expression> filters() {
        List<Expression> all = new ArrayList<>(ruleFilters);
        all.addAll(asked);
        return all;
    }

    /** What a store can be asked. */
    public Optional<Expression> storeFilter() {
        return Expressions.all(filters());
    }

    /** Whether no document can ever be seen. */
    public boolean isNone() {
        return ruleFilters.contains(NEVER) || asked.contains(NEVER);
    }

    public boolean isAll() {
        return ruleFilters.isEmpty() && rules.isEmpty() && asked.isEmpty();
    }

    public boolean sees(StoredDocument document) {
        return match(ruleFilters, document) && meetsRules(document) && match(asked, document);
    }

    /**
     * As {@link #sees(StoredDocument)}, for an answer that must not lack a document.
     *
     * @throws PatchbayException LIMIT_EXCEEDED if the caller may see it, and what he asks takes more than {@link Limits#EXPRESSION_STEPS}
     */
    public boolean includes(StoredDocument document) {
        if (!match(ruleFilters, document) || !meetsRules(document)) {
            return false;
        }
        for (Expression filter : asked) {
            Steps steps = new Steps(Limits.EXPRESSION_STEPS);
            boolean matches = Evaluator.matches(filter, document, steps);
            if (steps.usedUp()) {
                throw PatchbayException.beyond(
                        "expression_steps",
                        ErrorCode.LIMIT_EXCEEDED,
                        "The filter takes more than " + Limits.EXPRESSION_STEPS + " steps for the document '"
                                + document.id() + "'; make it simpler.");
            }
            if (!matches) {
                return false;
            }
        }
        return true;
    }

    /**
     * As {@link #sees(StoredDocument)}, with all of it done in {@code steps}; once they are used up it sees nothing.
     *
     * <p>All that the rule asks comes before what the caller asks: else a filter that is costly for some documents only would tell, by what it costs, of those that the rule hides.
     */
    public boolean sees(StoredDocument document, Steps steps) {
        if (!rules.isEmpty() && !meetsRules(document, () -> steps)) {
            return false;
        }
        return match(ruleFilters, document, steps) && match(asked, document, steps);
    }

    private static boolean match(List<Expression> filters, StoredDocument document, Steps steps) {
        for (Expression filter : filters) {
            if (!Evaluator.matches(filter, document, steps)) {
                return false;
            }
        }
        return true;
    }

    private static boolean match(List<Expression> filters, StoredDocument document) {
        for (Expression filter : filters) {
            if (!Evaluator.matches(filter, document)) {
                return false;
            }
        }
        return true;
    }

    /** Whether what the store was not asked is true. */
    public boolean meetsRules(StoredDocument document) {
        return rules.isEmpty() || meetsRules(document, () -> new Steps(Limits.EXPRESSION_STEPS));
    }

    private boolean meetsRules(StoredDocument document, Supplier<Steps> steps) {
        Optional<Value> doc = Optional.of(RuleVariables.document(document));
        for (Expression rule : rules) {
            Optional<Value> answer = Evaluator.evaluate(
                    rule, name -> name.equals(RuleVariables.DOC) ? doc : Optional.empty(), steps.get());
            if (answer.filter(Value.TRUE::equals).isEmpty()) {
                return false;
            }
        }
        return true;
    }
}
