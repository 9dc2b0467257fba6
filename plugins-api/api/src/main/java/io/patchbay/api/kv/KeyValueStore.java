package io.patchbay.api.kv;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where the keys and values of one node are kept, in buckets.
 *
 * <p>{@link #begin}, {@link #commit}, {@link #defineBucket}, {@link #dropBucket}, {@link #load} and {@link #finishLoad} are called by one thread at a time, the committer's or a migration's; all else from any
 * thread, at the same time. Every call may wait for the disk. Readers see only what is durable. A failure of the medium is a {@code PatchbayException} STORE_UNAVAILABLE. An open store is exclusive: a second
 * opening of the same folder fails.
 */
@ConsumerType
public interface KeyValueStore extends AutoCloseable {
    /** What a restart after a crash would find. */
    KeyValueState state();

    /** Begins a history in an empty store, or empties it and begins anew. Durable when it returns. */
    void begin(String epoch, long lastRevision);

    /**
     * Makes {@code batch} durable, whole; returns once it would survive a power loss.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if the medium fails; INDEX_MEMORY if its new keys are sealed and would take more memory than they may. Then nothing of it was written
     */
    void commit(KeyValueBatch batch);

    /** What stands under the key, expired or not. */
    Optional<KeyValueEntry> find(long bucket, String key);

    /**
     * The entries of a range, in order of their keys.
     *
     * @throws io.patchbay.api.PatchbayException INDEX_WARMING if the keys are sealed and not all read yet
     */
    KeyValueScan scan(long bucket, KeyValueRange range);

    /** Keys of which the time is over at {@code nowMs}, those first whose time was over first, at most {@code limit}; the caller deletes them by a commit. */
    List<KeyValueKey> findExpired(long nowMs, int limit);

    /**
     * Before the first commit to a bucket. Idempotent.
     *
     * @param plainKeys whether its keys may stand in clear, so that their number is not bounded by memory; of no effect in a store that is not sealed
     */
    void defineBucket(long bucket, boolean plainKeys);

    /** Deletes all of a bucket; may take long, and goes on at the next opening if it was broken off. */
    void dropBucket(long bucket);

    /** All entries, {@code limit} at a time, ordered by bucket and key, behind {@code after}. Not a snapshot. */
    List<KeyValueLoad> scanAll(Optional<KeyValueKey> after, int limit);

    /** Writes as they are, in the place of what is there. Durable after {@link #finishLoad}. */
    void load(List<KeyValueLoad> entries);

    /** Ends a load: the store stands here from now on; durable when it returns. */
    void finishLoad(String epoch, long lastRevision);

    /** A sentence on what is wrong; empty if the store can read and write. */
    Optional<String> findFault();

    /** Ends all use, and waits for calls and scans that are in the middle of a step; then they get STORE_UNAVAILABLE. Idempotent. */
    @Override
    void close();
}
