package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValuePage;
import io.patchbay.api.kv.KeyValueState;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.access.KeyAction;
import io.patchbay.engine.access.KeyRights;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.store.StoreSealing;
import io.patchbay.engine.store.StoreSlot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The keys and values of a node: makes its parts and brings requests to them. Whoever calls says as whom. No call waits; stages fail with a {@link PatchbayException} only.
 *
 * <p>It has readers of its own: while nothing serves its store, those who wait for that must not take the place of those who read documents.
 */
public final class KeyValuePlane implements AutoCloseable {
    private final Clock clock;
    private final KeyValueSlot slot;
    private final Buckets buckets;
    private final KeyValueCommitter committer;
    private final KeyValueWatchers watchers;
    private final KeyValueReads reads;
    private final Expiry expiry;
    private final Readers readers = new Readers(Readers.defaultThreads());
    private final AutoCloseable gauges;
    /** Whether the buckets are known: from the first opening of the store on. */
    private volatile boolean loaded;
    // The slot's thread's.
    private String epoch = "";

    /** @param firstAdapter what serves a node that has no keys and values yet */
    public KeyValuePlane(
            Providers providers,
            Metrics metrics,
            Path dataFolder,
            String firstAdapter,
            StoreSealing sealing,
            Clock clock) {
        this.clock = clock;
        watchers = new KeyValueWatchers(metrics);
        buckets = new Buckets(clock, this::definedAnew);
        reads = new KeyValueReads(clock);
        slot = new KeyValueSlot(providers, dataFolder, firstAdapter, sealing, this::prepare);
        committer = new KeyValueCommitter(slot, buckets, watchers::committed, clock, metrics);
        expiry = new Expiry(slot, committer, clock);
        gauges = metrics.whenAsked(this::show);
    }

    private void show(Metrics metrics) {
        metrics.gauge("patchbay_kv_open", "1 while the key-value store is open, else 0.", () -> slot.isOpen() ? 1 : 0);
        metrics.gauge("patchbay_kv_buckets", "Buckets, as far as the store was opened.", buckets::count);
        metrics.gauge("patchbay_kv_commit_queue", "Key-value commits that wait.", committer::queued);
        metrics.gauge(
                "patchbay_kv_commit_queue_bytes",
                "Bytes of the keys and values of commits that wait.",
                committer::waitingBytes);
        metrics.gauge("patchbay_kv_watches", "Those who watch buckets.", watchers::count);
        metrics.gauge("patchbay_kv_read_queue", "Reads of keys and values that wait.", readers::queued);
    }

    /** On the slot's thread, before anybody else uses the store. */
    private void prepare(KeyValueStore store) {
        KeyValueState state = store.state();
        if (state.epoch().isEmpty()) {
            store.begin(StoreSlot.newEpoch(), 0);
            state = store.state();
        }
        if (!epoch.isEmpty() && !epoch.equals(state.epoch())) {
            watchers.endAll(new PatchbayException(
                    ErrorCode.HISTORY_GONE, "The store has another history now; list the keys anew and watch again."));
        }
        epoch = state.epoch();
        buckets.load(store);
        loaded = true;
        expiry.start();
    }

    private void definedAnew(long bucket) {
        watchers.endBucket(
                bucket,
                new PatchbayException(
                        ErrorCode.HISTORY_GONE, "The bucket was defined anew; list the keys anew and watch again."));
    }

    public CompletionStage<KeyValueEntry> get(Identity caller, String bucket, String key) {
        KeyNames.require(key);
        return readers.supply(() -> {
            try (KeyValueUse use = slot.use()) {
                Bucket found = buckets.require(bucket);
                return reads.get(use, found, require(caller, found, KeyAction.READ), key);
            }
        });
    }

    public CompletionStage<KeyValuePage> list(Identity caller, KeyValueListRequest request) {
        return readers.supply(() -> {
            try (KeyValueUse use = slot.use()) {
                Bucket found = buckets.require(request.bucket());
                return reads.list(use, found, require(caller, found, KeyAction.READ), request);
            }
        });
    }

    public CompletionStage<KeyValueCommit> commit(Identity caller, String bucket, List<KeyValueOperation> operations) {
        OperationCheck.require(operations, clock.instant());
        List<KeyValueOperation> asked = List.copyOf(operations);
        if (loaded) {
            return submit(caller, bucket, asked, 0);
        }
        return readers.supply(() -> {
                    slot.use().close();
                    return true;
                })
                .thenCompose(open -> submit(caller, bucket, asked, 0));
    }

    private CompletionStage<KeyValueCommit> submit(
            Identity caller, String bucket, List<KeyValueOperation> operations, int attempt) {
        Bucket found = buckets.require(bucket);
        KeyRights rights = require(caller, found, KeyAction.WRITE);
        for (KeyValueOperation operation : operations) {
            if (!rights.allows(operation.key())) {
                throw forbidden(caller, found, KeyAction.WRITE);
            }
        }
        return committer
                .submit(KeyValueRequest.of(found, operations))
                .thenCompose(done -> done.<CompletionStage<KeyValueCommit>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> again(caller, bucket, operations, attempt)));
    }

    /** The bucket was defined anew since the rules were asked. */
    private CompletionStage<KeyValueCommit> again(
            Identity caller, String bucket, List<KeyValueOperation> operations, int attempt) {
        if (attempt == Limits.PATCH_RETRIES) {
            throw new PatchbayException(
                    ErrorCode.RETRIES_EXHAUSTED, "The bucket is being defined anew again and again; try again.");
        }
        return submit(caller, bucket, operations, attempt + 1);
    }

    /**
     * The first change comes only after the stage's dependents ran.
     *
     * @param caller who listens, asked at each change
     */
    public CompletionStage<Watching> watch(
            Supplier<Identity> caller, String bucket, String prefix, KeyValueListener listener) {
        KeyNames.requireBound(prefix);
        return readers.supply(() -> {
            try (KeyValueUse use = slot.use()) {
                Bucket found = buckets.require(bucket);
                require(caller.get(), found, KeyAction.READ);
                Watching watching = new Watching(
                        found, prefix, () -> found.rules().of(caller.get(), KeyAction.READ), listener, watchers);
                // First: what is committed from here on is taken down, so that nothing is missing behind the position.
                watchers.add(watching);
                KeyValueState state = use.store().state();
                watching.startAt(new Position(state.epoch(), state.lastRevision()));
                if (!buckets.isCurrent(found)) {
                    definedAnew(found.number());
                }
                return watching;
            }
        });
    }

    public CompletionStage<List<BucketDefinition>> buckets(Identity caller) {
        return readers.supply(() -> {
            requireAdmin(caller);
            slot.use().close();
            return buckets.list();
        });
    }

    public CompletionStage<BucketDefinition> define(Identity caller, BucketDefinition definition) {
        return exclusively(caller, store -> {
            buckets.define(definition, store);
            return definition;
        });
    }

    public CompletionStage<Void> drop(Identity caller, String bucket) {
        return exclusively(caller, store -> {
                    buckets.drop(bucket, store);
                    return bucket;
                })
                .thenApply(done -> null);
    }

    private <T> CompletionStage<T> exclusively(Identity caller, Function<KeyValueStore, T> work) {
        return readers.supply(() -> {
            requireAdmin(caller);
            return committer.exclusively(work);
        });
    }

    private static KeyRights require(Identity caller, Bucket bucket, KeyAction action) {
        KeyRights rights = bucket.rules().of(caller, action);
        if (rights.isNone()) {
            throw forbidden(caller, bucket, action);
        }
        return rights;
    }

    private static PatchbayException forbidden(Identity caller, Bucket bucket, KeyAction action) {
        return new PatchbayException(
                ErrorCode.FORBIDDEN,
                "You may not " + action.label() + " these keys of '" + bucket.name() + "'"
                        + (caller.isAnonymous() ? "; log in first" : "") + ".");
    }

    private static void requireAdmin(Identity caller) {
        if (!caller.isAdmin()) {
            throw new PatchbayException(ErrorCode.FORBIDDEN, "Only admins see and change buckets.");
        }
    }

    /** Its branch of {@code patchbay status --tree}: {@code unused} until somebody asks for a key. */
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        slot.findBinding().ifPresent(bound -> facts.put("store", bound.toString()));
        if (loaded) {
            facts.put("buckets", Long.toString(buckets.count()));
        }
        facts.put("queued", Long.toString(committer.queued()));
        facts.put("watches", Long.toString(watchers.count()));
        slot.findFault().ifPresent(fault -> facts.put("fault", fault));
        return ComponentState.of("engine/kv", slot.state(), facts);
    }

    /** Deletes what has expired until now, as a timer does every second. */
    public void expire() {
        expiry.sweep();
    }

    @Override
    public void close() {
        expiry.close();
        committer.close();
        readers.close();
        watchers.close();
        slot.close();
        try {
            gauges.close();
        } catch (Exception e) {
            throw new IllegalStateException("removing gauges does not fail", e);
        }
    }
}
