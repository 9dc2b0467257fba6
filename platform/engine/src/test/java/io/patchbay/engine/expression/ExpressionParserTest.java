package io.patchbay.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.FieldPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionParserTest {
    @Test
    void operatorsAndPathsBecomeOurTree() {
        Expression expression = ExpressionParser.parseFilter("address.city == 'Lyon' && population > 100000");
        assertThat(Expressions.conjuncts(expression)).hasSize(2);
        Call first = (Call) Expressions.conjuncts(expression).get(0);
        assertThat(first.function()).isEqualTo(Function.EQUAL);
        assertThat(FieldPath.of(first.arguments().get(0)).orElseThrow()).hasToString("address.city");
        assertThat(first.arguments().get(1)).isEqualTo(new Expression.Literal(Value.of("Lyon")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " ~ ",
            value = {
                "price > 2 * 50 ~ price > 100",
                "x in ['a', 'b' + 'c'] ~ x in [\"a\",\"bc\"]",
                "true && x == 1 ~ x == 1",
                "true && x ~ true && x",
                "x == 1 || 1 < 2 ~ true",
                "1 / 0 == x ~ 1 / 0 == x",
                "a - (b - c) ~ a - (b - c)",
                "(a - b) - c ~ a - b - c",
                "!(a && (b || c)) ~ !(a && (b || c))",
                "-(-5) + a ~ 5 + a",
                "a - -5 ~ a - -5",
                "(a ? b : c) ? d : e ? f : g ~ (a ? b : c) ? d : e ? f : g",
                "tags.exists(t, t.startsWith('n')) ~ tags.exists(t, t.startsWith(\"n\"))",
                "l.map(x, x > 1, x * 2)[0] ~ l.map(x, x > 1, x * 2)[0]",
                "has(a.b) && has(a.`c-d`) ~ has(a.b) && has(a.`c-d`)",
                "type(a) == int ~ type(a) == \"int\"",
                "int == 1 ~ int == 1",
                "{'k': a}.k == 1.5 ~ {\"k\": a}.k == 1.5",
                "meta.updatedAt >= '1970-01-01T00:00:01Z' ~ meta.updatedAt >= 1000",
                "meta.updatedAt < timestamp('1970-01-01T01:00:00.5+01:00') ~ meta.updatedAt < 500",
                "updatedAt < '1970' ~ updatedAt < \"1970\""
            })
    void textIsRenderedWithConstantsComputed(String text, String rendered) {
        Expression expression = ExpressionParser.parseRule(text, "expression", Names.FIELDS);
        assertThat(Expressions.text(expression)).isEqualTo(rendered);
        assertThat(ExpressionParser.parseRule(rendered, "expression", Names.FIELDS))
                .isEqualTo(expression);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a b | line 1, column 3: 'b' can't stand here, expected the end",
                "a = 1 | line 1, column 3: '=' can't stand here; '==' compares",
                "a == @ | line 1, column 6: '@' can't stand here; what is no plain name stands in quotes",
                "a == 'x | line 1, column 6: the text that begins here has no end",
                "(a == 1 | line 1, column 8: ')' is missing before the end",
                "a + | line 1, column 4: it ends too early, expected a value",
                "a ==  && b | line 1, column 7",
                "a && 1u | line 1, column 6: unsigned integers are not supported",
                "b'x' == a | line 1, column 1: bytes are not supported",
                "lower(a) == 'x' | there is no function 'lower'",
                "a.lower() == 'x' | there is no method 'lower'",
                "duration('1s') < a | 'duration' is not supported",
                "M{a: 1} | message type 'M'",
                "has(a) | has() takes a field of something",
                "{1: 2}.a | line 1, column 2: an object's key must be text",
                "a == 9223372036854775808 | does not fit 64 bits",
                "a == 1e999 | beyond what a double can hold",
                "a.matches('(') | the regular expression is invalid",
                "a.matches('((x{100}){100}){100}') | repeats too much",
                "meta.updatedAt > 'yesterday' | no time as RFC 3339 writes it",
                "timestamp(a) > 1 | a time must be written out",
                "l.all(x.y, true) | takes the name of a variable",
                "l.all(x, .x == 1) | hidden by the variable",
                "a.exists(b, b.exists(c, c.exists(d, d.exists(e, e)))) | may stand within each other 3 deep",
                "a == '\\ud800' | 1"
            })
    void whatIsWrongIsSaidWithItsPlace(String text, String message) {
        PatchbayException e = catchThrowableOfType(PatchbayException.class, () -> ExpressionParser.parseFilter(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.code()).isEqualTo(ErrorCode.FILTER_INVALID);
        assertThat(e)
                .hasMessageContaining(message)
                .hasMessageEndingWith(".")
                .message()
                .doesNotContain("\n");
        assertThat(catchThrowableOfType(
                                PatchbayException.class, () -> ExpressionParser.parseRule(text, "rule", Names.FIELDS))
                        .code())
                .isEqualTo(ErrorCode.RULE_INVALID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '"',
            value = {
                "1 | column 1: it must be true or false, and this is a number",
                "'x' | column 1: it must be true or false, and this is a text",
                "null | column 1",
                "size(a) | column 5: it must be true or false",
                "a + 1 | column 3: it must be true or false",
                "a ? 1 : 2 | column 3: it must be true or false",
                "a.map(x, x) | column 6: it must be true or false, and this is a list",
                "[true] | column 1",
                "a == 1 && 'x' | column 11: what stands beside && must be true or false, and this is a text",
                "a || b + 1 | column 8",
                "!size(a) | column 6: what ! turns round must be true or false",
                "meta.revison > 1 | there is no 'revison' here; there are id, revision, updatedAt, did you mean",
                "has(meta.owner) | there is no 'owner' here",
                "meta.id > 1 | column 9: a text and a number have no order",
                "meta.revision == '3' | column 15: a number and a text are never equal",
                "meta.updatedAt == true | never equal",
                "meta.id.x == 1 | must be an object, and this is a text",
                "meta < 1 | column 1: what is compared must be a number or a text or true or false",
                "size(5) == 1 | column 6: what size() takes must be a text or a list or an object",
                "meta.revision.startsWith('x') | what startsWith() looks into must be a text",
                "a.contains(1) | column 12: what contains() takes must be a text",
                "a in 'abc' | column 6: what stands after 'in' must be a list or an object",
                "meta.id.exists(c, c == 'x') | what exists() goes through must be a list",
                "l.all(x, x + 1) | the condition of all() must be true or false",
                "meta.revision - '1' == 2 | what - calculates with must be a number",
                "'a' + 1 == b | column 5: a text and a number can't be added",
                "[1]['x'] == 1 | must be an object",
                "int(true) == a | what int() takes must be a number or a text",
                "a.matches(meta.revision) | what matches() takes must be a text",
                "(true ? 1 : 2) && a | must be true or false"
            })
    void aFilterThatCannotBeMeantIsRefusedWithItsPlace(String text, String message) {
        PatchbayException e = catchThrowableOfType(PatchbayException.class, () -> ExpressionParser.parseFilter(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.code()).isEqualTo(ErrorCode.FILTER_INVALID);
        assertThat(e).hasMessageContaining("line 1, ").hasMessageContaining(message);
    }

    /** A field may be anything, and what is asked of it at another place says nothing about it here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b[c]",
                "a && !b.c",
                "true",
                "1 == 2",
                "a == 1 || a == 'x' || a == null || a == [] || a == {}",
                "a < 1 || a < 'x' || a < true",
                "a > b",
                "a + b == c + 'x' && a + b == 3",
                "(c ? 1 : 'x') == a",
                "c ? a : true",
                "(c ? meta.id : meta.revision) == 3",
                "a.exists(meta, meta.owner == 1 && meta == 'x')",
                "a.all(x, x)",
                "a.map(x, x > 1, x + 1)[0]",
                "a.filter(x, x.y).size() > 1",
                "meta.updatedAt > '2026-11-25T00:00:00Z'",
                "'2026-11-25T00:00:00Z' == meta.updatedAt",
                "meta.updatedAt >= timestamp('2026-11-25T00:00:00Z') && meta.revision * 2 > 1.5",
                "meta['id'] == 'x' && meta.id in [1, 'x'] && 'id' in meta",
                "type(a) == int || type(a) == 'string' || type(meta.id) != list",
                "dyn(meta.id) == 1",
                "bool(a) && string(1) == '1' && int('3') == 3.0",
                "meta.id != null && meta == null",
                "doc.x == 1 && auth.nam == 1",
                "{'a': 1}.a == 1 && {'a': {'b': true}}.a.b",
                "[1, 'x'][0] == 'x'",
                "a[0] == a['x']"
            })
    void aFilterThatMayBeTrueOfSomeDocumentIsTaken(String text) {
        assertThat(ExpressionParser.parseFilter(text)).isNotNull();
    }

    @Test
    void sizeAndDepthHaveLimits() {
        String longest = "a == '" + "x".repeat(Limits.EXPRESSION_CHARS - 7) + "'";
        assertThat(ExpressionParser.parseFilter(longest)).isNotNull();
        for (String text : new String[] {
            longest + " ",
            "(".repeat(2000) + "1" + ")".repeat(2000),
            "[".repeat(4000),
            "a" + ".b".repeat(4000),
            "a" + " + a".repeat(2000),
            "!".repeat(8000) + "a",
            "-".repeat(8000) + "a",
            "a ? ".repeat(1500) + "b" + " : c".repeat(500),
            "a" + "[0]".repeat(2500),
            "a".repeat(8000) + "(",
            "{'a':".repeat(1500),
            "f(".repeat(4000)
        }) {
            PatchbayException e =
                    catchThrowableOfType(PatchbayException.class, () -> ExpressionParser.parseFilter(text));
            assertThat(e).as(text.substring(0, 10)).isNotNull();
            assertThat(e.code()).isEqualTo(ErrorCode.FILTER_INVALID);
            assertThat(e.getMessage().length()).isLessThan(400);
        }
    }

    @Test
    void aLongListOfAlternativesIsFine() {
        assertThat(ExpressionParser.parseFilter("a == 1" + " || a == 1".repeat(700)))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a = 1", "'a", "a &&& b", "a; b", "for", "a[", "\u0000", "a\n==\n\n"})
    void whatIsNoExpressionIsRefused(String text) {
        assertThat(catchThrowableOfType(PatchbayException.class, () -> ExpressionParser.parseFilter(text))
                        .code())
                .isEqualTo(ErrorCode.FILTER_INVALID);
    }
}
