package io.patchbay.cli;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What picocli says of wrong words, put so that it tells those who don't know Java what to write. */
final class Wording {
    private record Rule(Pattern picocli, String ours) {}

    private static final String OPTION = "(?:option |positional parameter at index \\S+ \\()'?([^')]+)[')]";

    private static final Rule ONE_OF = rule(
            "Invalid value for " + OPTION + ".*?: expected one of \\[(.*)\\].* but was '(.*)'",
            "%s is one of %s, not '%s'.");

    private static final List<Rule> RULES = List.of(
            ONE_OF,
            rule(
                    "Invalid value for " + OPTION + ".*?: '(.*)' is not an? (?:int|long)",
                    "%s takes a whole number, not '%s'."),
            rule(
                    "Value for option option '(.*)' \\((.*)\\) should be in KEY=VALUE format but was (.*)",
                    "%s takes %s, not '%s'."),
            rule("Missing required parameters?: (.*)", "%s is missing."),
            rule("Missing required options?: (.*)", "%s is missing."),
            rule("Missing required parameter for option '(.*)' \\((.*)\\)", "%s takes %s, which is missing."));

    private Wording() {}

    private static Rule rule(String picocli, String ours) {
        return new Rule(Pattern.compile(picocli, Pattern.DOTALL), ours);
    }

    static String of(String sentence) {
        for (Rule rule : RULES) {
            Matcher matcher = rule.picocli.matcher(sentence);
            if (matcher.matches()) {
                Object[] parts = new Object[matcher.groupCount()];
                for (int i = 0; i < parts.length; i++) {
                    parts[i] = matcher.group(i + 1);
                }
                if (rule == ONE_OF) {
                    // The constants' names, which are taken in any case.
                    parts[1] = matcher.group(2).toLowerCase(Locale.ROOT);
                }
                return rule.ours.formatted(parts);
            }
        }
        return sentence;
    }
}
