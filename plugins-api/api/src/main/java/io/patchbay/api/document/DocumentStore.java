package io.patchbay.api.document;

import io.patchbay.api.feed.Change;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where the documents and the change records of one node are kept.
 *
 * <p>{@link #commit}, {@link #findCurrent}, {@link #begin}, {@link #load}, {@link #finishLoad} and {@link #trimChanges} are called by one thread at a time, the committer's or a migration's; all
 * else from any thread, at the same time. Every call may wait for the disk: never call from a transport thread. Readers see only what is durable.
 *
 * <p>A failure of the medium is a {@code PatchbayException} STORE_UNAVAILABLE. An open store is exclusive: a second {@code open} of the same directory fails.
 * A store never interprets positions, rules or names of collections; it keeps what it is given, in the order it is given.
 */
@ConsumerType
public interface DocumentStore extends AutoCloseable {
    /** Where the store stands; what a restart after a crash would find. */
    StoreState state();

    /** Begins a history in an empty store, or empties it and begins anew. Durable when it returns. */
    void begin(String epoch, long lastOffset);

    /**
     * Makes {@code batch} durable, its transactions in order and each whole, with a change record per mutation; returns once it would survive a power loss.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if the medium fails; then nothing of the batch was written
     */
    void commit(CommitBatch batch);

    Optional<StoredDocument> find(long collection, String id);

    /**
     * What stands under each of {@code keys}, in their order. Called as {@link #commit} is, right before it, by whoever decides a batch: a store may use its writing side, which
     * touches the same pages a moment later.
     */
    default List<Optional<StoredDocument>> findCurrent(List<DocumentKey> keys) {
        return keys.stream().map(key -> find(key.collection(), key.id())).toList();
    }

    /** What is still kept for this key and has not expired is the caller's to judge; the store answers what it has. */
    Optional<Outcome> findOutcome(String identity, String key);

    /** Answers what it can and says what is left to the caller. */
    DocumentScan query(StoreQuery query);

    /**
     * Change records after {@code offset}, in order, at most {@code limit} but never a part of a transaction (so the first transaction may exceed the limit); empty at the end.
     *
     * @throws io.patchbay.api.PatchbayException HISTORY_GONE if records after {@code offset} were trimmed
     */
    List<Change> readChanges(long offset, int limit);

    /** Forgets change records through {@code offset}, and outcomes that expired before {@code nowMs}. */
    void trimChanges(long offset, long nowMs);

    /** Bytes that the kept change records take, about; what the retention by size goes by. */
    long changeBytes();

    /**
     * Before indexes are defined.
     *
     * @throws io.patchbay.api.PatchbayException INDEX_MEMORY if the store keeps indexes in memory and these would take too much, with how much
     */
    default void checkIndexes(long collection, List<IndexDefinition> indexes) {}

    /** The indexes of a collection from now on: missing ones are built, others dropped. Idempotent; may take long; writes go on meanwhile. */
    void defineIndexes(long collection, List<IndexDefinition> indexes);

    /** All documents, {@code limit} at a time, in key order behind {@code after}. Not a snapshot: what is written meanwhile may or may not be there. */
    List<StoredDocument> scanDocuments(Optional<DocumentKey> after, int limit);

    /** All outcomes, {@code limit} at a time, ordered by identity and key, behind the given one. */
    List<Outcome> scanOutcomes(Optional<Outcome> after, int limit);

    /** Writes as they are, replacing what has the same key or offset; makes no change records of its own. Indexes that are defined are kept. Durable after {@link #finishLoad}. */
    void load(LoadBatch batch);

    /** Ends a load: the state is {@code state} from now on; durable when it returns. */
    void finishLoad(StoreState state);

    /** A sentence on what is wrong; empty if the store can read and write. */
    Optional<String> findFault();

    /** Ends all use; readers that are still under way get STORE_UNAVAILABLE. Idempotent. */
    @Override
    void close();
}
