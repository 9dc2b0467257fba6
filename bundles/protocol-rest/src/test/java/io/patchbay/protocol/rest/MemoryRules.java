package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.RuleCase;
import io.patchbay.api.document.RuleVerdict;
import io.patchbay.api.document.Rules;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules that are {@code true} or {@code false}; any other can't be compiled. */
final class MemoryRules implements Rules {
    @Override
    public void check(Map<String, String> rules) {
        rules.forEach((action, rule) -> {
            if (!rule.equals("true") && !rule.equals("false")) {
                throw new PatchbayException(
                        ErrorCode.RULE_INVALID,
                        "The rule for " + action + " can't be read at line 1, column 3: it is odd.",
                        Map.of("action", action, "line", 1L, "column", 3L));
            }
        });
    }

    @Override
    public List<RuleVerdict> test(String collection, Map<String, String> rules, List<RuleCase> cases) {
        check(rules);
        return cases.stream()
                .map(one -> verdict(one, Optional.ofNullable(rules.get(one.action()))))
                .toList();
    }

    private static RuleVerdict verdict(RuleCase one, Optional<String> rule) {
        boolean allowed = rule.filter("true"::equals).isPresent();
        boolean expected = one instanceof RuleCase.Change change && change.allowed();
        return new RuleVerdict(
                one.name(),
                one.action(),
                allowed == expected,
                expected ? "allow" : "deny",
                allowed ? "allow" : "deny",
                List.of(),
                List.of(),
                rule);
    }
}
