package io.patchbay.engine.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.patchbay.api.Limits;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Regular expressions with RE2's meaning and bounds: matching takes time linear in the text. Any thread. */
final class Regexes {
    private static final int KEPT = 256;
    /** A step of an evaluation pays for so many of the matcher's. */
    private static final int WORK_PER_STEP = 64;

    private static final Map<String, Optional<Pattern>> COMPILED = new ConcurrentHashMap<>();

    private Regexes() {}

    /** What is wrong with {@code pattern}. */
    static Optional<String> findFault(String pattern) {
        if (pattern.length() > Limits.REGEX_CHARS) {
            return Optional.of("a regular expression may have " + Limits.REGEX_CHARS + " characters");
        }
        if (repetitions(pattern) > Limits.REGEX_PROGRAM) {
            return Optional.of("the regular expression repeats too much");
        }
        try {
            return Pattern.compile(pattern).programSize() <= Limits.REGEX_PROGRAM
                    ? Optional.empty()
                    : Optional.of("the regular expression is too large");
        } catch (PatternSyntaxException e) {
            return Optional.of("the regular expression is invalid, " + e.getDescription());
        }
    }

    /** Empty if the pattern is invalid or too large. */
    static Optional<Pattern> find(String pattern) {
        Optional<Pattern> known = COMPILED.get(pattern);
        if (known != null) {
            return known;
        }
        Optional<Pattern> compiled =
                findFault(pattern).isPresent() ? Optional.empty() : Optional.of(Pattern.compile(pattern));
        if (COMPILED.size() >= KEPT) {
            COMPILED.clear();
        }
        COMPILED.put(pattern, compiled);
        return compiled;
    }

    /** What matching costs, in steps of an evaluation. */
    static long steps(Pattern pattern, String text) {
        return 1 + (long) text.length() * pattern.programSize() / WORK_PER_STEP;
    }

    /** The product of all counted repetitions: an upper bound of how often nested ones copy their operand, known before the compiler makes the copies. */
    private static long repetitions(String pattern) {
        long product = 1;
        java.util.regex.Matcher counts = java.util.regex.Pattern.compile("\\{(\\d{1,9})(?:,(\\d{0,9}))?\\}")
                .matcher(pattern);
        while (counts.find() && product <= Limits.REGEX_PROGRAM) {
            long least = Long.parseLong(counts.group(1));
            long most = counts.group(2) == null || counts.group(2).isEmpty() ? least : Long.parseLong(counts.group(2));
            product *= Math.max(1, Math.max(least, most));
        }
        return product;
    }
}
