package io.patchbay.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics in Prometheus' text format 0.0.4, read as strictly as it can be: every line must be of the format, every family whole and in one piece, every histogram consistent in itself.
 *
 * <p>Written against the format's description alone, so that it shares no mistake with the library that writes it.
 *
 * @param families by name
 */
record Scrape(Map<String, Family> families) {

    /** @param samples in the order in which they came */
    record Family(String name, String type, String help, List<Sample> samples) {}

    /** @param labels by name */
    record Sample(String name, Map<String, String> labels, double value) {}

    private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"");
    private static final Set<String> PARTS_OF_HISTOGRAMS = Set.of("_bucket", "_count", "_sum");

    static Scrape parse(String text) {
        return new Scrape(new Parser().parse(text));
    }

    Optional<Family> find(String family) {
        return Optional.ofNullable(families.get(family));
    }

    /** The value of the one sample of this name and these labels, 0 if it is not there (yet). */
    double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        return families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.name().equals(name) && sample.labels().equals(wanted))
                .mapToDouble(Sample::value)
                .findFirst()
                .orElse(0);
    }

    private static final class Parser {
        private final Map<String, Family> families = new LinkedHashMap<>();
        private final Set<String> series = new HashSet<>();
        private int number;
        private Family open = new Family("", "", "", List.of());

        Map<String, Family> parse(String text) {
            require(text.endsWith("\n"), "the last line ends", text);
            String help = null;
            String helped = "";
            for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
                number++;
                Matcher match = HELP.matcher(line);
                if (match.matches()) {
                    require(help == null, "a TYPE follows a HELP", line);
                    helped = match.group(1);
                    help = match.group(2);
                    continue;
                }
                match = TYPE.matcher(line);
                if (match.matches()) {
                    require(
                            help != null && helped.equals(match.group(1)),
                            "a HELP of the same name stands before",
                            line);
                    begin(new Family(match.group(1), match.group(2), help, new ArrayList<>()), line);
                    help = null;
                    continue;
                }
                require(help == null, "a TYPE follows a HELP", line);
                sample(line);
            }
            end();
            return families;
        }

        private void begin(Family family, String line) {
            end();
            require(families.put(family.name(), family) == null, "a family comes once", line);
            open = family;
        }

        private void end() {
            if (!open.name().isEmpty()) {
                require(!open.samples().isEmpty(), "a family has samples", open.name());
                if (open.type().equals("histogram")) {
                    histogram(open);
                }
            }
        }

        private void sample(String line) {
            Matcher match = SAMPLE.matcher(line);
            require(match.matches(), "a line is a HELP, a TYPE or a sample", line);
            Map<String, String> labels = labels(match.group(2), line);
            String name = match.group(1);
            require(belongs(name), "a sample stands in its family", line);
            require(series.add(name + labels), "a series comes once", line);
            double value = number(match.group(3), line);
            if (open.type().equals("counter")) {
                require(value >= 0, "a counter is not negative", line);
            }
            open.samples().add(new Sample(name, labels, value));
        }

        private boolean belongs(String name) {
            boolean distribution =
                    open.type().equals("histogram") || open.type().equals("summary");
            return distribution
                    ? PARTS_OF_HISTOGRAMS.stream().anyMatch(part -> name.equals(open.name() + part))
                            && !(open.type().equals("summary") && name.endsWith("_bucket"))
                    : name.equals(open.name());
        }

        private Map<String, String> labels(String text, String line) {
            Map<String, String> labels = new TreeMap<>();
            if (text == null) {
                return labels;
            }
            int at = 0;
            while (at < text.length()) {
                Matcher match = LABEL.matcher(text).region(at, text.length());
                require(match.lookingAt(), "labels are name=\"value\"", line);
                require(labels.put(match.group(1), match.group(2)) == null, "a label comes once", line);
                at = match.end();
                if (at < text.length()) {
                    require(text.charAt(at) == ',' && at + 1 < text.length(), "a comma stands between labels", line);
                    at++;
                }
            }
            return labels;
        }

        private double number(String text, String line) {
            switch (text) {
                case "+Inf":
                    return Double.POSITIVE_INFINITY;
                case "-Inf":
                    return Double.NEGATIVE_INFINITY;
                default:
                    require(text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?"), "a value is a number", line);
                    return Double.parseDouble(text);
            }
        }

        /** Bounds rise, buckets hold those before them, and the last holds all. */
        private void histogram(Family family) {
            Map<Map<String, String>, List<Sample>> buckets = new LinkedHashMap<>();
            Map<Map<String, String>, Double> counts = new LinkedHashMap<>();
            Set<Map<String, String>> sums = new HashSet<>();
            for (Sample sample : family.samples()) {
                Map<String, String> labels = new TreeMap<>(sample.labels());
                if (sample.name().endsWith("_bucket")) {
                    require(labels.remove("le") != null, "a bucket has a bound", sample.toString());
                    buckets.computeIfAbsent(labels, unseen -> new ArrayList<>()).add(sample);
                } else if (sample.name().endsWith("_count")) {
                    counts.put(labels, sample.value());
                } else {
                    sums.add(labels);
                }
            }
            require(
                    buckets.keySet().equals(counts.keySet()) && sums.equals(counts.keySet()),
                    "a histogram is whole",
                    family.name());
            buckets.forEach((labels, all) -> {
                for (int i = 1; i < all.size(); i++) {
                    require(
                            bound(all.get(i)) > bound(all.get(i - 1)),
                            "bounds rise",
                            all.get(i).toString());
                    require(
                            all.get(i).value() >= all.get(i - 1).value(),
                            "buckets hold those before them",
                            all.get(i).toString());
                }
                Sample last = all.get(all.size() - 1);
                require(bound(last) == Double.POSITIVE_INFINITY, "the last bound is +Inf", last.toString());
                require(last.value() == counts.get(labels), "the last bucket holds all", last.toString());
            });
        }

        private double bound(Sample bucket) {
            return number(bucket.labels().get("le"), bucket.toString());
        }

        private void require(boolean holds, String rule, String where) {
            if (!holds) {
                throw new AssertionError(
                        "Line " + number + ": " + rule + ", but: " + where.substring(0, Math.min(where.length(), 300)));
            }
        }
    }
}
