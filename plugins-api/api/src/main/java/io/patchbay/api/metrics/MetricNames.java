package io.patchbay.api.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for names: Prometheus' conventions, as far as a program can check them. */
public final class MetricNames {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final int LONGEST = 128;
    /** Units that are no base unit, and what Prometheus makes of a name by itself. */
    private static final List<String> REFUSED_ENDINGS = List.of(
            "_ms",
            "_millis",
            "_milliseconds",
            "_us",
            "_nanos",
            "_nanoseconds",
            "_minutes",
            "_hours",
            "_days",
            "_kb",
            "_mb",
            "_kib",
            "_mib",
            "_percent",
            "_count",
            "_sum",
            "_bucket",
            "_info",
            "_created");

    private static final Set<String> RESERVED_LABELS = Set.of("le", "quantile", "job", "instance");

    private MetricNames() {}

    /**
     * Checks a name and labels.
     *
     * @param labels names and values in turn
     * @throws IllegalArgumentException in a sentence for who wrote the name
     */
    public static void check(MetricFamily.Kind kind, String name, List<String> labels) {
        if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
            throw refused(name, "consists of lower-case words and numbers with _ between them");
        }
        if (name.endsWith("_total") != (kind == MetricFamily.Kind.COUNTER)) {
            throw refused(name, "ends in _total if it is a counter, and else does not");
        }
        String bare = name.endsWith("_total") ? name.substring(0, name.length() - "_total".length()) : name;
        REFUSED_ENDINGS.stream().filter(bare::endsWith).findFirst().ifPresent(ending -> {
            throw refused(name, "has a base unit (seconds, bytes, ratio), not " + ending);
        });
        checkLabels(name, labels);
    }

    private static void checkLabels(String name, List<String> labels) {
        if (labels.size() % 2 != 0) {
            throw refused(name, "has labels in pairs of name and value");
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < labels.size(); i += 2) {
            String label = labels.get(i);
            if (!NAME.matcher(label).matches() || RESERVED_LABELS.contains(label) || !seen.add(label)) {
                throw refused(name, "can't have the label \"" + label + "\" here");
            }
        }
    }

    private static IllegalArgumentException refused(String name, String rule) {
        return new IllegalArgumentException("A metric's name " + rule + ": \"" + name + "\".");
    }
}
