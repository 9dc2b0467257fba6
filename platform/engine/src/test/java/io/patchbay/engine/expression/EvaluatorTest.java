package io.patchbay.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluatorTest {
    private static final Value.Struct DATA = Value.struct(
            "name",
            Value.of("Lyon😀"),
            "population",
            Value.of(522250),
            "ratio",
            Value.of(0.5),
            "whole",
            Value.of(3.0),
            "big",
            Value.of(Long.MAX_VALUE),
            "huge",
            Value.of(1e300),
            "none",
            Value.NULL,
            "open",
            Value.TRUE,
            "tags",
            Value.array(Value.of("new"), Value.of("old")),
            "mixed",
            Value.array(Value.of(1), Value.of("x")),
            "address",
            Value.struct("zip", Value.of("69001")),
            "private",
            Value.of("\uffff"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "population > 522249.5 && population < 522250.5",
                "big != 9223372036854775806",
                "big < 9223372036854775808.0",
                "big > 9223372036854774784.0",
                "huge > big",
                "whole == 3",
                "whole + 0.5 == 3.5",
                "none == null",
                "name.startsWith('Ly')",
                "name.endsWith('😀')",
                "name.contains('yo')",
                "name.matches('^L.*$')",
                "name.matches('yo')",
                "size(name) == 5",
                "size(tags) == 2",
                "tags.size() == 2",
                "'new' in tags",
                "'zip' in address",
                "!('x' in tags)",
                "tags.exists(t, t == 'new')",
                "tags.all(t, size(t) == 3)",
                "tags.exists_one(t, t == 'old')",
                "tags.map(t, t + '!') == ['new!', 'old!']",
                "tags.filter(t, t != 'new')[0] == 'old'",
                "tags.map(t, t == 'old', size(t)) == [3]",
                "address.exists(k, k == 'zip')",
                "has(address.zip) && !has(address.street)",
                "address == {'zip': '69001'}",
                "missing == 1 || open",
                "!(missing == 1 && !open)",
                "open ? true : missing",
                "1 != '1'",
                "mixed.exists(m, m > 0)",
                "meta.id == 'doc-1' && meta.revision == 7 && meta.updatedAt == 1000",
                "meta.updatedAt < '2026-01-01T00:00:00Z'",
                "int('12') == 12 && int(2.9) == 2 && double('1.5') == 1.5 && string(12) == '12' && bool('true')",
                "type(none) == null_type && type(tags) == list",
                "private < '😀'",
                "7 / 2 == 3 && -7 / 2 == -3 && -7 % 3 == -1",
                "tags[1] == 'old' && address['zip'] == '69001'",
                "[tags, [population]][1][0] == population",
                "'\\uFFFF' < '😀'"
            })
    void theseMatch(String filter) {
        assertThat(matches(filter)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing == 1",
                "missing != 1",
                "!(missing == 1)",
                "missing == null",
                "missing || false",
                "missing && true",
                "name > 1",
                "!(name > 1)",
                "none < 1",
                "address < address",
                "open + 1 == 2",
                "name.size.x == 1",
                "big + 1 > 0",
                "-(-big - 1) > 0",
                "1 / (whole - 3) == 0",
                "whole % 0.5 == 0",
                "huge * huge > 0",
                "tags[2] == ''",
                "tags[-1] == ''",
                "address['x'] == 1",
                "mixed.all(m, m > 0)",
                "mixed.exists_one(m, m > 0)",
                "size(mixed.map(m, m + 1)) == 2",
                "int('x') == 0",
                "int(1e300) == 0",
                "int('9223372036854775808') > 0",
                "population.startsWith('5')",
                "name",
                "population",
                "has(missing.x) || false",
                "name ? true : true",
                "1 in population",
                "meta.x == 1",
                "'a'.matches(name + '(')",
                "{name: 1, name: 2}[name] == 1"
            })
    void theseDoNotMatch(String filter) {
        assertThat(matches(filter)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"T,T,T,T", "T,F,F,T", "T,U,U,T", "F,T,F,T", "F,F,F,F", "F,U,F,U", "U,T,U,T", "U,F,F,U", "U,U,U,U"})
    void connectivesAreThreeValued(String left, String right, String and, String or) {
        assertThat(evaluate(term(left) + " && " + term(right))).isEqualTo(truth(and));
        assertThat(evaluate(term(left) + " || " + term(right))).isEqualTo(truth(or));
    }

    @Test
    void workIsBoundedAndWhatGoesBeyondIsUnknown() {
        List<Value> items = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            items.add(Value.of(i));
        }
        Value many = new Value.Array(items);
        Value text = Value.of("a".repeat(500_000));
        for (String costly : new String[] {
            "many.all(x, many.all(y, many.all(z, x + y + z >= 0)))",
            "many.exists(x, many.exists(y, x + y < 0)) || many == 1",
            "!many.exists(x, x in many.map(y, y + 100000))",
            "many.map(x, many)[0] == many && many.map(x, many + many + many) != []",
            "many.all(x, text + text != '')",
            "text.matches('(a|aa){1,200}b')",
            "many.exists(x, many != many.map(y, y))"
        }) {
            Expression expression = ExpressionParser.parseRule(costly, "rule", Names.FIELDS);
            Optional<Value> result = Assertions.assertTimeout(
                    Duration.ofSeconds(5),
                    () -> Evaluator.evaluate(expression, name -> Optional.of(name.equals("many") ? many : text)));
            assertThat(result).as(costly).isEmpty();
        }
    }

    @Test
    void aVariableHidesAFieldOnlyInItsBody() {
        assertThat(matches("tags.exists(name, name == 'new') && name.startsWith('Lyon')"))
                .isTrue();
        assertThat(matches("tags.exists(meta, meta == 'new') && meta.id == 'doc-1'"))
                .isTrue();
    }

    private static boolean matches(String filter) {
        return Evaluator.matches(
                ExpressionParser.parseRule(filter, "filter", Names.FIELDS),
                StoredDocument.of(1, "doc-1", 7, 1000, DATA));
    }

    private static Optional<Value> evaluate(String expression) {
        return Evaluator.evaluate(
                ExpressionParser.parseRule(expression, "rule", Names.FIELDS),
                name -> Optional.ofNullable(DATA.fields().get(name)));
    }

    private static String term(String letter) {
        return switch (letter) {
            case "T" -> "open";
            case "F" -> "(population == 0)";
            default -> "(missing == 1)";
        };
    }

    private static Optional<Value> truth(String letter) {
        return letter.equals("U") ? Optional.empty() : Optional.of(Value.of(letter.equals("T")));
    }
}
