package io.patchbay.api.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.Limits;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import io.patchbay.api.query.Expression.Variable;
import io.patchbay.api.query.IndexPlan.Access;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IndexPlanTest {
    private static final Expression COUNTRY = equal("country", Value.of("FR"));
    private static final Expression LARGE =
            Call.of(Function.GREATER, new Variable("population"), new Literal(Value.of(1000)));
    private static final Expression ID = new Expression.Select(new Variable("meta"), "id");

    @Test
    void withoutIndexesAllIsReadInTheOrderOfIds() {
        IndexPlan plan = plan(COUNTRY, "");
        assertThat(plan.access()).isEqualTo(Access.IDS);
        assertThat(plan.narrowed()).isFalse();
        assertThat(plan.ordered()).isTrue();
        assertThat(plan.residual()).contains(COUNTRY);
    }

    @Test
    void equalityThenRangeIsAnsweredByOneIndexInOrder() {
        IndexPlan plan = plan(
                Call.of(Function.AND, COUNTRY, LARGE), "-population", "country", "country,-population", "population");
        assertThat(plan.index()).contains(index("country,-population"));
        assertThat(plan.ranges()).hasSize(1);
        assertThat(plan.residual()).isEmpty();
        assertThat(plan.ordered()).isTrue();
        assertThat(plan.backward()).isFalse();
    }

    @Test
    void reverseOrderIsReadBackward() {
        IndexPlan plan = plan(COUNTRY, "population", "country,-population");
        assertThat(plan.ordered()).isTrue();
        assertThat(plan.backward()).isTrue();
    }

    @Test
    void mixedDirectionsAreNotTheOrderOfAPlainIndex() {
        assertThat(plan(Optional.empty(), "country,-population", "country,population")
                        .index())
                .isEmpty();
    }

    @Test
    void fieldThatTheFilterFixesDoesNotCountInTheOrder() {
        assertThat(plan(COUNTRY, "country,population,-country,meta.id", "country,population")
                        .ordered())
                .isTrue();
        assertThat(plan(COUNTRY, "country", "country").ordered()).isTrue();
    }

    @Test
    void comparisonWithANumberReadsNumbersAlone() {
        IndexPlan plan = plan(LARGE, "", "population");
        assertThat(plan.ranges())
                .noneMatch(range -> range.contains(key(Value.of("x"))) || range.contains(key(Value.of(1000))));
        assertThat(plan.ranges()).anyMatch(range -> range.contains(key(Value.of(1000.5))));
        assertThat(plan.residual()).isEmpty();
    }

    @Test
    void alternativesOfOneFieldAreDisjointRanges() {
        Expression either = Call.of(
                Function.OR,
                equal("population", Value.of(5)),
                Call.of(Function.OR, LARGE, equal("population", Value.of(2000))));
        IndexPlan plan = plan(either, "population", "population");
        assertThat(plan.ranges()).hasSize(2);
        assertThat(plan.residual()).isEmpty();
        assertThat(plan.ordered()).isTrue();
    }

    @Test
    void alternativesOfTwoFieldsStayInTheResidual() {
        IndexPlan plan = plan(Call.of(Function.OR, COUNTRY, LARGE), "", "country", "population");
        assertThat(plan.narrowed()).isFalse();
        assertThat(plan.residual()).isPresent();
    }

    @Test
    void listOfValuesIsOneRangeEach() {
        Expression in =
                Call.of(Function.IN, new Variable("country"), new Literal(Value.texts(List.of("FR", "DE", "FR"))));
        IndexPlan plan = plan(in, "country", "country");
        assertThat(plan.ranges()).hasSize(2).allMatch(KeyRange::point);
        assertThat(plan.residual()).isEmpty();
    }

    @Test
    void tooManyRangesBecomeOneAndAreChecked() {
        List<Value> many = IntStream.range(0, IndexPlan.RANGES + 1)
                .mapToObj(i -> Value.of(i * 2))
                .toList();
        Expression in = Call.of(Function.IN, new Variable("population"), new Literal(new Value.Array(many)));
        IndexPlan plan = plan(in, "", "population");
        assertThat(plan.ranges()).hasSize(1);
        assertThat(plan.narrowed()).isTrue();
        assertThat(plan.residual()).contains(in);
    }

    @Test
    void contradictionReadsNothing() {
        assertThat(plan(Call.of(Function.AND, COUNTRY, equal("country", Value.of("DE"))), "", "country")
                        .ranges())
                .isEmpty();
    }

    @Test
    void idsAreLookedUpAsTheyAre() {
        Expression either = Call.of(Function.IN, ID, new Literal(Value.texts(List.of("b", "a\u0000"))));
        IndexPlan plan = plan(Call.of(Function.AND, either, COUNTRY), "", "country");
        assertThat(plan.access()).isEqualTo(Access.IDS);
        assertThat(plan.ranges().stream().map(range -> new String(range.from())))
                .containsExactly("a\u0000", "b");
        assertThat(plan.ranges()).noneMatch(range -> range.contains("bb".getBytes()) || range.contains("a".getBytes()));
        assertThat(plan.residual()).contains(COUNTRY);
    }

    @Test
    void idsFromAPrefixOn() {
        IndexPlan plan = plan(Call.of(Function.STARTS_WITH, ID, new Literal(Value.of("user-"))), "-meta.id");
        assertThat(plan.backward()).isTrue();
        assertThat(plan.ranges())
                .singleElement()
                .matches(range -> range.contains("user-1".getBytes()) && !range.contains("user.".getBytes()));
        assertThat(plan.residual()).isEmpty();
    }

    @Test
    void whatACutKeyCannotTellIsChecked() {
        Expression equal = equal("country", Value.of("x".repeat(Limits.INDEX_KEY_BYTES)));
        IndexPlan plan = plan(equal, "", "country");
        assertThat(plan.narrowed()).isTrue();
        assertThat(plan.residual()).contains(equal);
    }

    @Test
    void wideRangeIsReadInOrderInsteadOfSorted() {
        StoreQuery query = new StoreQuery(1, Optional.of(LARGE), List.of(), Optional.empty(), 50);
        List<IndexDefinition> indexes = List.of(index("population"));
        IndexPlan narrow = IndexPlan.of(query, indexes, (index, ranges) -> true);
        assertThat(narrow.index()).isPresent();
        assertThat(narrow.ordered()).isFalse();
        IndexPlan wide = IndexPlan.of(query, indexes, (index, ranges) -> false);
        assertThat(wide.access()).isEqualTo(Access.IDS);
        assertThat(wide.ordered()).isTrue();
        assertThat(wide.narrowed()).isTrue();
        assertThat(wide.residual()).contains(LARGE);
    }

    private static IndexPlan plan(Expression filter, String sort, String... indexes) {
        return plan(Optional.of(filter), sort, indexes);
    }

    private static IndexPlan plan(Optional<Expression> filter, String sort, String... indexes) {
        List<SortField> order = sort.isEmpty() ? List.of() : index(sort).fields();
        return IndexPlan.of(
                new StoreQuery(1, filter, order, Optional.empty(), 50),
                Stream.of(indexes).map(IndexPlanTest::index).toList());
    }

    private static IndexDefinition index(String text) {
        return new IndexDefinition(
                Stream.of(text.split(",")).map(SortField::parse).toList());
    }

    private static Expression equal(String field, Value value) {
        return Call.of(Function.EQUAL, new Variable(field), new Literal(value));
    }

    private static byte[] key(Value value) {
        return OrderedKey.of(Optional.of(value), false);
    }
}
