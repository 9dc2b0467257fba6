package io.patchbay.testkit;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import io.patchbay.api.query.FieldPath;
import io.patchbay.api.query.SortField;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Filters, sorts and indexes over the fields of {@link RandomDocuments}. */
public final class RandomQueries {
    private static final List<Function> COMPARISONS = List.of(
            Function.EQUAL,
            Function.EQUAL,
            Function.NOT_EQUAL,
            Function.LESS,
            Function.LESS_OR_EQUAL,
            Function.GREATER,
            Function.GREATER_OR_EQUAL);

    private final Random random;
    private final RandomDocuments documents;

    public RandomQueries(Random random, RandomDocuments documents) {
        this.random = random;
        this.documents = documents;
    }

    public Optional<Expression> filter() {
        return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(expression(3));
    }

    private Expression expression(int depth) {
        int kind = random.nextInt(depth > 0 ? 12 : 7);
        if (kind < 3) {
            return comparison();
        }
        return switch (kind) {
            case 3 -> Call.of(Function.IN, field(), list());
            case 4 -> Call.of(Function.STARTS_WITH, field(), new Literal(Value.of(documents.text())));
            case 5 -> new Expression.Has(path("nested"), "x");
            case 6 -> field();
            case 7, 8, 9 -> Call.of(Function.AND, expression(depth - 1), expression(depth - 1));
            case 10 -> Call.of(Function.OR, expression(depth - 1), expression(depth - 1));
            default -> Call.of(Function.NOT, expression(depth - 1));
        };
    }

    private Expression comparison() {
        Function function = COMPARISONS.get(random.nextInt(COMPARISONS.size()));
        Expression field = field();
        boolean id = field.equals(path("meta.id"));
        Literal literal = new Literal(id ? Value.of(documents.id()) : documents.value(1));
        return random.nextInt(4) == 0 ? Call.of(function, literal, field) : Call.of(function, field, literal);
    }

    private Expression list() {
        List<Value> values = IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> documents.value(1))
                .toList();
        return random.nextBoolean()
                ? new Literal(new Value.Array(values))
                : new Expression.ListOf(
                        values.stream().<Expression>map(Literal::new).toList());
    }

    private Expression field() {
        return path(
                random.nextInt(8) == 0
                        ? "meta.id"
                        : RandomDocuments.FIELDS.get(random.nextInt(RandomDocuments.FIELDS.size())));
    }

    static Expression path(String text) {
        @Nullable Expression path = null;
        for (String name : text.split("\\.")) {
            path = path == null ? new Expression.Variable(name) : new Expression.Select(path, name);
        }
        return Objects.requireNonNull(path);
    }

    public List<SortField> sort() {
        List<SortField> sort = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            sort.add(sortField(RandomDocuments.FIELDS.get(random.nextInt(RandomDocuments.FIELDS.size()))));
        }
        // Last, for behind an id nothing is left to order.
        if (random.nextInt(8) == 0) {
            sort.add(sortField("meta.id"));
        }
        return sort;
    }

    private SortField sortField(String field) {
        return new SortField(FieldPath.parse(field, ErrorCode.SORT_INVALID), random.nextBoolean());
    }

    /** A few; none may be among them. */
    public List<IndexDefinition> indexes() {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> index())
                .distinct()
                .toList();
    }

    private IndexDefinition index() {
        List<SortField> fields = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            SortField field = sortField(RandomDocuments.FIELDS.get(random.nextInt(RandomDocuments.FIELDS.size())));
            if (fields.stream().noneMatch(other -> other.path().equals(field.path()))) {
                fields.add(field);
            }
        }
        return new IndexDefinition(fields);
    }
}
