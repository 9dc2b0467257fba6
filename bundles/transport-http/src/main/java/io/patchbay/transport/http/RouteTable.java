package io.patchbay.transport.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one moment, compiled to a tree by path segment; immutable. A literal segment goes before a parameter, a parameter before the rest of the path. Who takes the rest at the root
 * gets what is left: addresses that nobody else has, for any method.
 */
final class RouteTable {
    /**
     * @param provider the name of the {@code HttpRoute}
     * @param generation which version of the provider this was read from
     */
    record Entry(String pattern, String method, String provider, long generation, long bodyLimit, List<String> names) {
        /** Whether a request could match both; those that take the rest of a path get what others leave. */
        private boolean overlaps(Entry other) {
            String[] own = pattern.split("/", -1);
            String[] others = other.pattern.split("/", -1);
            if (!method.equals(other.method) || own.length != others.length) {
                return false;
            }
            for (int i = 1; i < own.length; i++) {
                boolean same = own[i].equals(others[i]) || own[i].startsWith("{") || others[i].startsWith("{");
                if (!same || own[i].endsWith("*}") != others[i].endsWith("*}")) {
                    return false;
                }
            }
            return true;
        }
    }

    sealed interface Lookup {}

    /** @param parameters decoded, by name */
    record Match(Entry entry, Map<String, String> parameters) implements Lookup {}

    /** The path is there, but not for this method. */
    record WrongMethod(Set<String> allowed) implements Lookup {}

    record Nothing() implements Lookup {}

    /** What one provider offers. */
    record Offer(String provider, long generation, Map<String, Long> bodyLimitByPattern) {}

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();

        @Nullable
        Node parameter;

        final Map<String, Entry> here = new TreeMap<>();
        final Map<String, Entry> rest = new TreeMap<>();
    }

    private final Node root = new Node();
    private final List<String> conflicts = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    /** @param offers the earlier ones go first: a later one gets no request that an earlier one would get without it */
    RouteTable(Collection<Offer> offers) {
        for (Offer offer : offers) {
            offer.bodyLimitByPattern().forEach((pattern, limit) -> add(offer, pattern, limit));
        }
    }

    int size() {
        return entries.size();
    }

    /** Sentences on patterns that are no patterns, or that an earlier provider has already. */
    List<String> conflicts() {
        return List.copyOf(conflicts);
    }

    /** @param path as in the request, not decoded; begins with a slash */
    Lookup find(String method, String path) {
        String[] raw = path.substring(1).split("/", -1);
        List<String> segments = new ArrayList<>(raw.length);
        for (String segment : raw) {
            segments.add(Percent.decodeSegment(segment));
        }
        Set<String> allowed = new TreeSet<>();
        Match found = find(root, method, segments, 0, new ArrayList<>(), allowed);
        if (found != null) {
            return found;
        }
        if (allowed.isEmpty()) {
            Match left = end(root.rest, method, List.of(String.join("/", segments)), new TreeSet<>());
            return left == null ? new Nothing() : left;
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        return new WrongMethod(allowed);
    }

    private @Nullable Match find(
            Node node, String method, List<String> segments, int at, List<String> values, Set<String> allowed) {
        if (at == segments.size()) {
            return end(node.here, method, values, allowed);
        }
        String segment = segments.get(at);
        Node literal = node.literals.get(segment);
        Match found = literal == null ? null : find(literal, method, segments, at + 1, values, allowed);
        if (found == null && node.parameter != null && !segment.isEmpty()) {
            values.add(segment);
            found = find(node.parameter, method, segments, at + 1, values, allowed);
            values.remove(values.size() - 1);
        }
        if (found == null && node != root && !node.rest.isEmpty()) {
            values.add(String.join("/", segments.subList(at, segments.size())));
            found = end(node.rest, method, values, allowed);
            values.remove(values.size() - 1);
        }
        return found;
    }

    private static @Nullable Match end(
            Map<String, Entry> byMethod, String method, List<String> values, Set<String> allowed) {
        Entry entry = byMethod.get(method);
        if (entry == null && method.equals("HEAD")) {
            entry = byMethod.get("GET");
        }
        if (entry == null) {
            allowed.addAll(byMethod.keySet());
            return null;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            parameters.put(entry.names.get(i), values.get(i));
        }
        return new Match(entry, parameters);
    }

    private void add(Offer offer, String pattern, long bodyLimit) {
        int space = pattern.indexOf(' ');
        if (space < 1 || !pattern.startsWith("/", space + 1)) {
            conflicts.add("\"" + pattern + "\" of " + offer.provider()
                    + " is no route: write a method, a space and a path that begins with a slash");
            return;
        }
        List<String> names = new ArrayList<>();
        for (String segment : pattern.substring(space + 2).split("/", -1)) {
            if (segment.startsWith("{") && segment.endsWith("}")) {
                names.add(segment.substring(1, segment.length() - (segment.endsWith("*}") ? 2 : 1)));
            }
        }
        String method = pattern.substring(0, space);
        Entry entry = new Entry(pattern, method, offer.provider(), offer.generation(), bodyLimit, List.copyOf(names));
        for (Entry earlier : entries) {
            boolean taken = !earlier.provider().equals(entry.provider()) && earlier.overlaps(entry);
            if (taken || earlier.pattern().equals(pattern)) {
                conflicts.add("\"" + pattern + "\" of " + offer.provider() + " is not served: " + earlier.provider()
                        + " has \"" + earlier.pattern() + "\" already");
                return;
            }
        }
        entries.add(entry);
        Node node = root;
        boolean rest = false;
        for (String segment : pattern.substring(space + 2).split("/", -1)) {
            if (segment.startsWith("{") && segment.endsWith("*}")) {
                rest = true;
            } else if (segment.startsWith("{") && segment.endsWith("}")) {
                node = node.parameter == null ? node.parameter = new Node() : node.parameter;
            } else {
                node = node.literals.computeIfAbsent(segment, unseen -> new Node());
            }
        }
        (rest ? node.rest : node.here).put(method, entry);
    }
}
