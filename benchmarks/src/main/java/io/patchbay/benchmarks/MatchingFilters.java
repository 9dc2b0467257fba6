package io.patchbay.benchmarks;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.access.AccessRules;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.expression.ExpressionParser;
import io.patchbay.engine.expression.Expressions;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.session.CollectionQueries;
import io.patchbay.engine.session.LiveQuery;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * One change matched against many different filters: by the index over their equality terms, beside asking each of them, in turn, several times; CPU time of the one thread. Bodies are decoded anew for each change, as in life.
 *
 * <p>Arguments: filters (10,000), rounds (5).
 */
public final class MatchingFilters {
    private static final int CHANGES = 20_000;
    private static final int SCANNED_CHANGES = 100;

    private final int filters;
    private final int rounds;
    private final Random random = new Random(1);

    private MatchingFilters(int filters, int rounds) {
        this.filters = filters;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) {
        int filters = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Figures.printMachine();
        MatchingFilters matching = new MatchingFilters(filters, rounds);
        matching.measure("room == N", n -> filter("room == " + n));
        matching.measure(
                "kind == 'note' && room == N && price < 500",
                n -> filter("kind == 'note' && room == " + n + " && price < 500"));
        matching.measure("room in [N, N+1, N+2]", n -> filter("room in [" + n + ", " + (n + 1) + ", " + (n + 2) + "]"));
        AccessRules rules = new AccessRules("notes", Map.of("list", "doc.owner == auth.id"));
        matching.measure(
                "the rule doc.owner == auth.id, N callers",
                n -> rules.of(user(n)).visibility(Action.LIST));
        matching.measure(
                "the rule auth.id in doc.members, N callers",
                n -> new AccessRules("notes", Map.of("list", "auth.id in doc.members"))
                        .of(user(n))
                        .visibility(Action.LIST));
    }

    private static Visibility filter(String text) {
        return Visibility.ALL.and(Expressions.fold(ExpressionParser.parseFilter(text)));
    }

    private static Identity user(int n) {
        return new Identity("u" + n, "u" + n, Optional.of(Role.USER), Optional.empty(), Optional.empty());
    }

    private void measure(String what, IntFunction<Visibility> filter) {
        CollectionQueries queries = new CollectionQueries(1, "notes");
        List<Visibility> all = new ArrayList<>();
        for (int n = 0; n < filters; n++) {
            all.add(filter.apply(n));
            queries.require(all.get(n));
        }
        double[] indexed = new double[rounds];
        double[] scanned = new double[rounds];
        long[] slowest = new long[rounds];
        for (int round = -2; round < rounds; round++) {
            long[] nanos = new long[CHANGES];
            List<FeedChange> many = changes(CHANGES);
            double cpuBefore = cpuMicros();
            long found = index(queries, many, nanos);
            double index = (cpuMicros() - cpuBefore) / CHANGES;
            List<FeedChange> some = changes(SCANNED_CHANGES);
            cpuBefore = cpuMicros();
            long foundByScan =
                    some.stream().mapToLong(change -> scan(all, change)).sum();
            double scan = (cpuMicros() - cpuBefore) / SCANNED_CHANGES;
            if (found == 0 || foundByScan == 0 || index(queries, some, new long[SCANNED_CHANGES]) != foundByScan) {
                throw new IllegalStateException("the index found " + found + ", a scan " + foundByScan);
            }
            if (round >= 0) {
                indexed[round] = index;
                Arrays.sort(nanos);
                slowest[round] = nanos[CHANGES * 99 / 100];
                scanned[round] = scan;
            }
        }
        Arrays.sort(indexed);
        Arrays.sort(scanned);
        Arrays.sort(slowest);
        int middle = rounds / 2;
        System.out.printf(
                "%,d filters, %-46s by the index %.2f us of CPU a change (%.2f-%.2f; p99 of the time %.2f), by asking each %,.0f us (%,.0f-%,.0f): %,.0f times%n",
                filters,
                what,
                indexed[middle],
                indexed[0],
                indexed[rounds - 1],
                slowest[middle] / 1e3,
                scanned[middle],
                scanned[0],
                scanned[rounds - 1],
                scanned[middle] / indexed[middle]);
    }

    /** Of this thread: others who share the machine don't count. */
    private static double cpuMicros() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e3;
    }

    private static long index(CollectionQueries queries, List<FeedChange> changes, long[] nanos) {
        List<LiveQuery> touched = new ArrayList<>();
        long found = 0;
        for (int i = 0; i < changes.size(); i++) {
            long began = System.nanoTime();
            queries.tell(changes.get(i), i, touched);
            for (LiveQuery query : touched) {
                found += query.takeChanges().size();
            }
            touched.clear();
            nanos[i] = System.nanoTime() - began;
        }
        return found;
    }

    private static long scan(List<Visibility> all, FeedChange change) {
        StoredDocument before = change.before().orElseThrow();
        StoredDocument after = change.after().orElseThrow();
        long found = 0;
        for (Visibility wanted : all) {
            if (wanted.sees(after) || wanted.sees(before)) {
                found++;
            }
        }
        return found;
    }

    private List<FeedChange> changes(int count) {
        List<FeedChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "d" + i;
            changes.add(new FeedChange(1, id, Optional.of(document(id)), Optional.of(document(id)), true));
        }
        return changes;
    }

    private StoredDocument document(String id) {
        int n = random.nextInt(filters);
        Value.Struct data = Value.struct(
                "kind", Value.of("note"),
                "room", Value.of(n),
                "price", Value.of(random.nextInt(1000)),
                "owner", Value.of("u" + n),
                "members", Value.array(Value.of("u" + random.nextInt(filters)), Value.of("u" + n)),
                "text", Value.of("x".repeat(100)));
        return new StoredDocument(1, id, 1, 1, io.patchbay.api.document.Cbor.encode(data));
    }
}
