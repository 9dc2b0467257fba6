package io.patchbay.engine.session;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.feed.FeedChange;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The live queries of one collection on one fan-out thread.
 *
 * <p>Those with an equality term stand in a hash index under the value they ask for, by the place in the document where they ask for it: a change looks up what its documents hold there, before and
 * after, and asks only those it finds. So the work for a change grows with the number of different places and of those who want it, not with the number of queries. The others are asked about every
 * change; how many of them a connection may have is limited. Used by one thread.
 */
public final class CollectionQueries {
    /** What another place to look at costs, in queries that are asked in vain. */
    private static final int PLACE_COST = 8;

    private final long id;
    private final String name;
    private final Map<Visibility, LiveQuery> byWanted = new HashMap<>();
    private final Map<LookupKey.Place, Map<Value, Set<LiveQuery>>> indexed = new LinkedHashMap<>();
    private final Set<LiveQuery> scanned = new LinkedHashSet<>();
    private long changes;

    /** @param name of the collection */
    public CollectionQueries(long id, String name) {
        this.id = id;
        this.name = name;
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    boolean isEmpty() {
        return byWanted.isEmpty();
    }

    /** The query for {@code wanted}: the one that is there, or a new one. */
    public LiveQuery require(Visibility wanted) {
        return byWanted.computeIfAbsent(wanted, this::add);
    }

    private LiveQuery add(Visibility wanted) {
        LiveQuery query = new LiveQuery(this, wanted, LookupKeys.find(wanted, this::cost));
        query.keys.ifPresentOrElse(
                keys -> keys.forEach(key -> indexed.computeIfAbsent(key.place(), place -> new HashMap<>())
                        .computeIfAbsent(key.value(), value -> new LinkedHashSet<>(2))
                        .add(query)),
                () -> scanned.add(query));
        return query;
    }

    private long cost(LookupKey key) {
        Map<Value, Set<LiveQuery>> here = indexed.get(key.place());
        if (here == null) {
            return PLACE_COST;
        }
        Set<LiveQuery> others = here.get(key.value());
        return 1L + (others == null ? 0 : others.size());
    }

    public void remove(LiveQuery query) {
        if (!byWanted.remove(query.wanted, query)) {
            return;
        }
        query.keys.ifPresentOrElse(keys -> keys.forEach(key -> remove(query, key)), () -> scanned.remove(query));
    }

    private void remove(LiveQuery query, LookupKey key) {
        Map<Value, Set<LiveQuery>> here = indexed.get(key.place());
        Set<LiveQuery> others = here == null ? null : here.get(key.value());
        if (here == null || others == null) {
            return;
        }
        others.remove(query);
        if (others.isEmpty()) {
            here.remove(key.value());
        }
        if (here.isEmpty()) {
            indexed.remove(key.place());
        }
    }

    /** Tells those who want {@code change}; adds to {@code touched} those that had nothing of its transaction yet. */
    public void tell(FeedChange change, long offset, Collection<LiveQuery> touched) {
        changes++;
        if (!change.beforeKnown()) {
            // Everybody may have had it.
            ask(byWanted.values(), change, offset, touched);
            return;
        }
        ask(scanned, change, offset, touched);
        for (Map.Entry<LookupKey.Place, Map<Value, Set<LiveQuery>>> here : indexed.entrySet()) {
            for (Optional<StoredDocument> image : List.of(change.before(), change.after())) {
                image.ifPresent(document -> here.getKey()
                        .read(
                                document,
                                value -> ask(here.getValue().getOrDefault(value, Set.of()), change, offset, touched)));
            }
        }
    }

    private void ask(Collection<LiveQuery> queries, FeedChange change, long offset, Collection<LiveQuery> touched) {
        for (LiveQuery query : queries) {
            if (query.add(change, changes, offset)) {
                touched.add(query);
            }
        }
    }
}
