package io.patchbay.engine.session;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.feed.ChangeFeed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that bring changes to subscriptions; a session stays with one of them. */
public final class FanOut implements AutoCloseable {
    private static final int MOST_THREADS = 8;

    private final List<FanOutShard> shards = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AutoCloseable listening;

    public FanOut(
            ChangeFeed feed, Catalog catalog, DocumentQueries queries, Readers readers, Clock clock, Metrics metrics) {
        FanOutMeters meters = new FanOutMeters(metrics);
        int threads = Math.max(2, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() / 2));
        for (int number = 1; number <= threads; number++) {
            shards.add(new FanOutShard(number, feed, catalog, queries, readers, clock, meters));
        }
        shards.forEach(FanOutShard::start);
        listening = feed.onPublish(() -> shards.forEach(FanOutShard::wake));
    }

    FanOutShard next() {
        return shards.get(Math.floorMod(next.getAndIncrement(), shards.size()));
    }

    public int threads() {
        return shards.size();
    }

    public int subscriptions() {
        return shards.stream().mapToInt(FanOutShard::subscriptionCount).sum();
    }

    /** Transactions that the slowest thread has still to bring to its subscriptions. */
    public long behind() {
        return shards.stream().mapToLong(FanOutShard::behind).max().orElse(0);
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (Exception e) {
            throw new IllegalStateException("a list does not fail", e);
        }
        shards.forEach(FanOutShard::close);
    }
}
