package io.patchbay.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.testkit.cel.CelCase;
import io.patchbay.testkit.cel.CelCases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The published cases of google/cel-spec on our parser and evaluator. What fails for a stated reason stands in {@code cel-differences.txt} by name; the list can only shrink: a
 * listed case that passes fails the test.
 */
@Tag("conformance")
class CelConformanceTest {
    private final Map<String, String> differences = differences();

    @TestFactory
    Stream<DynamicTest> everyCaseGivesItsResultOrIsListedWithAReason() throws IOException {
        return cases().stream().map(given -> DynamicTest.dynamicTest(given.name(), () -> check(given)));
    }

    @Test
    void theListNamesOnlyCasesThatExist() throws IOException {
        assertThat(cases()).isNotEmpty();
        assertThat(cases().stream().map(CelCase::name).collect(Collectors.toSet()))
                .containsAll(differences.keySet());
    }

    /** Those that CEL means for an evaluation without its checker, which refuses them too: {@code true || 32}. */
    @Test
    void filtersWithAResultAreRefusedOnlyWhereCelsCheckerRefusesThem() throws IOException {
        List<String> refused = new ArrayList<>();
        for (CelCase given : cases()) {
            if (given.isFilter()
                    && given.expected().isPresent()
                    && findFailure(given).isEmpty()) {
                try {
                    ExpressionParser.parseFilter(given.expression());
                } catch (PatchbayException e) {
                    refused.add(given.name() + " " + given.expression() + " " + e.getMessage());
                }
            }
        }
        assertThat(refused).hasSize(4).allMatch(name -> name.contains("/short_circuit_type_"));
    }

    private void check(CelCase given) {
        Optional<String> failure = findFailure(given);
        String reason = differences.get(given.name());
        if (reason == null) {
            assertThat(failure).as("%s", given).isEmpty();
        } else {
            assertThat(failure)
                    .as("%s passes, so it must not be listed (as: %s)", given, reason)
                    .isPresent();
        }
    }

    private static Optional<String> findFailure(CelCase given) {
        Optional<Value> result;
        try {
            Expression expression = ExpressionParser.parseRule(given.expression(), "rule", Names.FIELDS);
            result = Evaluator.evaluate(
                    expression, name -> Optional.ofNullable(given.variables().get(name)));
            assertSameAfterRendering(given, expression, result);
        } catch (PatchbayException e) {
            return given.expected().isEmpty() && given.foreign().isEmpty()
                    ? Optional.empty()
                    : Optional.of(e.getMessage());
        }
        if (given.foreign().isPresent()) {
            return given.foreign();
        }
        boolean same = given.expected().isPresent() == result.isPresent()
                && (result.isEmpty()
                        || Comparison.equal(result.get(), given.expected().get()));
        return same ? Optional.empty() : Optional.of("expected " + given.expected() + ", and it is " + result);
    }

    /** What the tree is written as must mean the same. */
    private static void assertSameAfterRendering(CelCase given, Expression expression, Optional<Value> result) {
        Expression again = ExpressionParser.parseRule(Expressions.text(expression), "rule", Names.FIELDS);
        assertThat(Evaluator.evaluate(
                        again, name -> Optional.ofNullable(given.variables().get(name))))
                .as(Expressions.text(expression))
                .isEqualTo(result);
    }

    private static List<CelCase> cases() throws IOException {
        return CelCases.read(Path.of(System.getProperty("patchbay.conformance.data"), "cel-spec"));
    }

    private static Map<String, String> differences() {
        Map<String, String> reasons = new LinkedHashMap<>();
        try (InputStream in = CelConformanceTest.class.getResourceAsStream("cel-differences.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        int colon = line.indexOf(": ");
                        reasons.put(line.substring(0, colon), line.substring(colon + 2));
                    });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return reasons;
    }
}
