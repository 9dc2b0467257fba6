package io.patchbay.testkit;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.FieldPath;
import io.patchbay.api.query.ValueOrder;
import java.util.List;
import java.util.Optional;

/** Whether a document matches a filter, plainly: for the filters that {@link RandomQueries} makes, and their parts. Empty is unknown. */
public final class FilterModel {
    private FilterModel() {}

    public static boolean matches(Optional<Expression> filter, StoredDocument document) {
        return filter.isEmpty() || truth(filter.get(), document).orElse(false);
    }

    static Optional<Boolean> truth(Expression expression, StoredDocument document) {
        if (expression instanceof Call call) {
            return truthOfCall(call, document);
        }
        if (expression instanceof Expression.Has has) {
            return Optional.of(FieldPath.of(new Expression.Select(has.operand(), has.field()))
                            .orElseThrow()
                            .find(document)
                            .isPresent())
                    .filter(present -> present || isStruct(has.operand(), document));
        }
        return value(expression, document).filter(Value.Bool.class::isInstance).map(value -> value.equals(Value.TRUE));
    }

    private static boolean isStruct(Expression operand, StoredDocument document) {
        return value(operand, document).filter(Value.Struct.class::isInstance).isPresent();
    }

    private static Optional<Boolean> truthOfCall(Call call, StoredDocument document) {
        List<Expression> arguments = call.arguments();
        switch (call.function()) {
            case AND:
                return both(truth(arguments.get(0), document), truth(arguments.get(1), document), false);
            case OR:
                return both(truth(arguments.get(0), document), truth(arguments.get(1), document), true);
            case NOT:
                return truth(arguments.get(0), document).map(truth -> !truth);
            default:
                break;
        }
        Optional<Value> left = value(arguments.get(0), document);
        Optional<Value> right = value(arguments.get(1), document);
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        return compare(call.function(), left.get(), right.get());
    }

    /** @param decisive the truth that settles it whatever the other is */
    private static Optional<Boolean> both(Optional<Boolean> left, Optional<Boolean> right, boolean decisive) {
        if (left.equals(Optional.of(decisive)) || right.equals(Optional.of(decisive))) {
            return Optional.of(decisive);
        }
        return left.isEmpty() || right.isEmpty() ? Optional.empty() : Optional.of(!decisive);
    }

    private static Optional<Boolean> compare(Function function, Value left, Value right) {
        if (function == Function.EQUAL || function == Function.NOT_EQUAL) {
            return Optional.of((ValueOrder.compare(left, right) == 0) == (function == Function.EQUAL));
        }
        if (function == Function.IN) {
            return right instanceof Value.Array array
                    ? Optional.of(array.items().stream().anyMatch(item -> ValueOrder.compare(item, left) == 0))
                    : Optional.empty();
        }
        if (left instanceof Value.Text text && right instanceof Value.Text other && function == Function.STARTS_WITH) {
            return Optional.of(text.value().startsWith(other.value()));
        }
        boolean comparable =
                isNumber(left) && isNumber(right) || left instanceof Value.Text && right instanceof Value.Text;
        if (!comparable || function == Function.STARTS_WITH) {
            return Optional.empty();
        }
        int order = ValueOrder.compare(left, right);
        return switch (function) {
            case LESS -> Optional.of(order < 0);
            case LESS_OR_EQUAL -> Optional.of(order <= 0);
            case GREATER -> Optional.of(order > 0);
            case GREATER_OR_EQUAL -> Optional.of(order >= 0);
            default -> throw new IllegalArgumentException("the model does not judge " + function);
        };
    }

    private static boolean isNumber(Value value) {
        return value instanceof Value.Int || value instanceof Value.Real;
    }

    private static Optional<Value> value(Expression expression, StoredDocument document) {
        if (expression instanceof Expression.Literal literal) {
            return Optional.of(literal.value());
        }
        if (expression instanceof Expression.ListOf list) {
            return Optional.of(new Value.Array(list.items().stream()
                    .map(item -> ((Expression.Literal) item).value())
                    .toList()));
        }
        return FieldPath.of(expression).flatMap(path -> path.find(document));
    }
}
