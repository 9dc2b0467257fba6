package io.patchbay.engine.access;

import io.patchbay.api.Limits;
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
 * @param filters conditions over a document's fields, such as a store understands; those of the rule come before those that a caller adds
 * @param rules conditions over {@code doc} as a whole, which the engine checks
 */
public record Visibility(List<Expression> filters, List<Expression> rules) {
    /** Every document. */
    public static final Visibility ALL = new Visibility(List.of(), List.of());

    private static final Expression NEVER = new Expression.Literal(Value.FALSE);

    public Visibility {
        filters = List.copyOf(filters);
        rules = List.copyOf(rules);
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
        return new Visibility(filters, rules);
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
        List<Expression> both = new ArrayList<>(filters);
        both.addAll(Expressions.conjuncts(filter));
        return new Visibility(both, rules);
    }

    /** What a store can be asked. */
    public Optional<Expression> storeFilter() {
        return Expressions.all(filters);
    }

    /** Whether no document can ever be seen. */
    public boolean isNone() {
        return filters.contains(NEVER);
    }

    public boolean isAll() {
        return filters.isEmpty() && rules.isEmpty();
    }

    public boolean sees(StoredDocument document) {
        for (Expression filter : filters) {
            if (!Evaluator.matches(filter, document)) {
                return false;
            }
        }
        return meetsRules(document);
    }

    /**
     * The same with all of it done in {@code steps}; once they are used up it sees nothing.
     *
     * <p>All that the rule asks comes before what the caller asks: else a filter that is costly for some documents only would tell, by what it costs, of those that the rule hides.
     */
    public boolean sees(StoredDocument document, Steps steps) {
        if (!rules.isEmpty() && !meetsRules(document, () -> steps)) {
            return false;
        }
        for (Expression filter : filters) {
            if (!Evaluator.matches(filter, document, steps)) {
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
