package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueItem;
import io.patchbay.api.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who watch buckets what has been committed, in order, on one thread of its own. What waits for that thread is bounded as what waits for each of them is; who would miss something is told
 * so and ended. Any thread.
 */
final class KeyValueWatchers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyValueWatchers.class);

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-kv-watch"));
    private final Map<Long, Set<Watching>> byBucket = new ConcurrentHashMap<>();
    private final Metrics.Counter behind;
    private final AtomicInteger count = new AtomicInteger();
    /** Of the commits that the thread has still to look at. */
    private final AtomicLong waitingBytes = new AtomicLong();

    KeyValueWatchers(Metrics metrics) {
        behind = metrics.counter(
                "patchbay_kv_watches_behind_total", "Watches that ended because their reader fell behind.");
    }

    /** Ended, for its reader fell behind. */
    PatchbayException fallenBehind() {
        behind.increment();
        return new PatchbayException(
                ErrorCode.HISTORY_GONE,
                "Changes came faster than they were read, and are not kept; list the keys anew and watch again.");
    }

    /** @throws PatchbayException LIMIT_EXCEEDED */
    void add(Watching watching) {
        if (count.incrementAndGet() > Limits.KEY_VALUE_WATCHES) {
            count.decrementAndGet();
            throw PatchbayException.beyond(
                    "key_value_watches",
                    ErrorCode.LIMIT_EXCEEDED,
                    "Buckets are watched by " + Limits.KEY_VALUE_WATCHES + " already.");
        }
        byBucket.compute(watching.bucket(), (bucket, others) -> {
            Set<Watching> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(watching);
            return all;
        });
    }

    void remove(Watching watching) {
        byBucket.computeIfPresent(watching.bucket(), (bucket, all) -> {
            if (all.remove(watching)) {
                count.decrementAndGet();
            }
            return all.isEmpty() ? null : all;
        });
    }

    int count() {
        return count.get();
    }

    /** On the committer's thread, once it is durable. */
    void committed(List<KeyValueDecision.Committed> commits) {
        if (count.get() == 0 || commits.stream().noneMatch(this::isWatched)) {
            return;
        }
        long bytes = commits.stream().mapToLong(KeyValueWatchers::bytes).sum();
        if (waitingBytes.addAndGet(bytes) > Limits.KEY_VALUE_QUEUE_BYTES) {
            waitingBytes.addAndGet(-bytes);
            commits.forEach(commit -> commit.changes().forEach(change -> endBucket(change.bucket(), fallenBehind())));
            return;
        }
        execute(() -> {
            waitingBytes.addAndGet(-bytes);
            commits.forEach(this::tell);
        });
    }

    private boolean isWatched(KeyValueDecision.Committed commit) {
        return commit.changes().stream().anyMatch(change -> byBucket.containsKey(change.bucket()));
    }

    private static long bytes(KeyValueDecision.Committed commit) {
        return commit.changes().stream()
                .mapToLong(change ->
                        change.after().map(entry -> entry.value().length).orElse(0))
                .sum();
    }

    private void tell(KeyValueDecision.Committed commit) {
        for (KeyValueDecision.Change change : commit.changes()) {
            Set<Watching> watching = byBucket.get(change.bucket());
            if (watching == null) {
                continue;
            }
            Optional<KeyValueItem> after = change.after().map(entry -> item(entry, true));
            watching.forEach(one -> one.offer(commit, change, after));
        }
    }

    /** As lists and changes show it. */
    static KeyValueItem item(KeyValueEntry entry, boolean withValue) {
        boolean inline = withValue && entry.value().length <= Limits.KEY_VALUE_INLINE_BYTES;
        return new KeyValueItem(
                entry.key(),
                entry.revision(),
                entry.updatedAtMs(),
                entry.expiresAtMs(),
                entry.contentType(),
                entry.value().length,
                inline ? Optional.of(entry.value()) : Optional.empty());
    }

    /** Behind what has been committed to the bucket so far. */
    void endBucket(long bucket, PatchbayException reason) {
        execute(() -> byBucket.getOrDefault(bucket, Set.of()).forEach(watching -> watching.end(reason)));
    }

    void endAll(PatchbayException reason) {
        execute(() -> byBucket.values().forEach(all -> all.forEach(watching -> watching.end(reason))));
    }

    /** Runs {@code task} where listeners are called. */
    void execute(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("One who watches a bucket could not be told", e);
                }
            });
        } catch (RejectedExecutionException stopped) {
            // Closed: those who watch are ended with their sessions.
        }
    }

    @Override
    public void close() {
        endAll(new PatchbayException(ErrorCode.STOPPING, "The node is stopping."));
        thread.shutdown();
    }
}
