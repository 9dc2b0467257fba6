package io.patchbay.engine.keyvalue;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what has expired, in bounded commits that writers come between. Readers don't see it before that either. */
final class Expiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int KEYS = 500;
    private static final int COMMITS = 20;

    private final KeyValueSlot slot;
    private final KeyValueCommitter committer;
    private final Clock clock;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "patchbay-kv-expiry"));
    private boolean started;

    Expiry(KeyValueSlot slot, KeyValueCommitter committer, Clock clock) {
        this.slot = slot;
        this.committer = committer;
        this.clock = clock;
    }

    /** Once there is a store. Idempotent. */
    synchronized void start() {
        if (!started && !timer.isShutdown()) {
            started = true;
            timer.scheduleWithFixedDelay(this::run, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void run() {
        try {
            sweep();
        } catch (PatchbayException | CompletionException e) {
            LOG.debug("Expired keys were not deleted: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            // A task that throws is not run again.
            LOG.warn("Expired keys could not be deleted", e);
        }
    }

    /** Deletes what has expired until now, or much of it. */
    void sweep() {
        for (int i = 0; i < COMMITS; i++) {
            List<KeyValueKey> expired = find();
            if (expired.isEmpty()) {
                return;
            }
            committer
                    .submit(KeyValueRequest.expiring(expired))
                    .toCompletableFuture()
                    .join();
            if (expired.size() < KEYS) {
                return;
            }
        }
    }

    private List<KeyValueKey> find() {
        Optional<KeyValueUse> open = slot.tryUse();
        if (open.isEmpty()) {
            return List.of();
        }
        try (KeyValueUse use = open.get()) {
            return use.store().findExpired(clock.millis(), KEYS);
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
    }
}
