package io.patchbay.api.document;

import java.util.List;
import java.util.Optional;

/**
 * What came of a {@link RuleCase}.
 *
 * @param expected {@code allow} or {@code deny}, or the visible ids
 * @param actual the same, as it is
 * @param missing ids that should be visible and are not
 * @param unexpected ids that are visible and should not be
 * @param rule the action's rule; empty if it has none, which leaves it to admins
 */
public record RuleVerdict(
        String name,
        String action,
        boolean passed,
        String expected,
        String actual,
        List<String> missing,
        List<String> unexpected,
        Optional<String> rule) {
    public RuleVerdict {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
    }
}
