package io.patchbay.engine.documents;

import io.patchbay.api.query.Expression;
import io.patchbay.api.query.FieldPath;
import io.patchbay.api.query.SortField;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The fields by which an index could help a query. */
final class QueryFields {
    private QueryFields() {}

    /** In the order in which the query speaks of them, such as {@code population, country}. */
    static String of(Optional<Expression> filter, List<SortField> sort) {
        Set<String> fields = new LinkedHashSet<>();
        filter.ifPresent(expression -> collect(expression, fields));
        sort.forEach(field -> fields.add(field.toString()));
        fields.removeIf(field -> field.startsWith("meta"));
        return fields.isEmpty() ? "what it filters by" : String.join(", ", fields);
    }

    private static void collect(Expression expression, Set<String> fields) {
        Optional<FieldPath> path = FieldPath.of(expression);
        if (path.isPresent()) {
            fields.add(path.get().toString());
        } else if (expression instanceof Expression.Call call) {
            call.arguments().forEach(argument -> collect(argument, fields));
        } else if (expression instanceof Expression.Select select) {
            collect(select.operand(), fields);
        } else if (expression instanceof Expression.Has has) {
            collect(new Expression.Select(has.operand(), has.field()), fields);
        } else if (expression instanceof Expression.Comprehension quantifier) {
            collect(quantifier.range(), fields);
        }
    }
}
