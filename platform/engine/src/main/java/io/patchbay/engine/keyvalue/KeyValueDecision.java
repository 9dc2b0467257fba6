package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueCommit.Written;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValueStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides the commits of one batch, one after the other, each on the state that those before it will have written; so does each operation of a commit.
 *
 * <p>Nothing here changes what outlives the batch: if the store doesn't take it, the object is thrown away. The committer's thread only.
 */
final class KeyValueDecision {
    private static final byte[] NOTHING = {};

    private final KeyValueStore store;
    private final Buckets buckets;
    private final long nowMs;
    private final Map<KeyValueKey, Optional<KeyValueEntry>> current = new HashMap<>();
    private final List<Committed> committed = new ArrayList<>();
    private long lastRevision;
    private long expired;

    /** @param bucket its number */
    record Change(long bucket, String key, Optional<KeyValueEntry> after, boolean expired) {}

    record Committed(long revision, long committedAtMs, List<Change> changes) {}

    KeyValueDecision(KeyValueStore store, Buckets buckets, long lastRevision, long nowMs) {
        this.store = store;
        this.buckets = buckets;
        this.lastRevision = lastRevision;
        this.nowMs = nowMs;
    }

    /** In order; those that change nothing are not among them. */
    List<Committed> committed() {
        return committed;
    }

    long lastRevision() {
        return lastRevision;
    }

    /** How many entries are deleted because their time was over. */
    long expired() {
        return expired;
    }

    KeyValueBatch batch() {
        List<KeyValueMutation> mutations = new ArrayList<>();
        for (Committed one : committed) {
            for (Change change : one.changes()) {
                mutations.add(new KeyValueMutation(change.bucket(), change.key(), change.after()));
            }
        }
        return new KeyValueBatch(mutations, lastRevision);
    }

    /**
     * @return empty if the request's bucket is another now, so that it has to be checked again
     * @throws PatchbayException what the request is refused with
     */
    Optional<KeyValueCommit> decide(KeyValueRequest request) {
        if (request.bucket.isEmpty()) {
            return Optional.of(expire(request.expired));
        }
        Bucket bucket = request.bucket.get();
        return buckets.isCurrent(bucket) ? Optional.of(write(bucket, request.operations)) : Optional.empty();
    }

    private KeyValueCommit write(Bucket bucket, List<KeyValueOperation> operations) {
        long revision = lastRevision + 1;
        // What this commit does to each key, in the order in which it first came to it.
        Map<String, Optional<KeyValueEntry>> own = new LinkedHashMap<>();
        List<Written> written = new ArrayList<>(operations.size());
        for (int i = 0; i < operations.size(); i++) {
            KeyValueOperation operation = operations.get(i);
            String key = operation.key();
            Optional<KeyValueEntry> before = own.containsKey(key) ? own.get(key) : alive(bucket.number(), key);
            requirePrecondition(operation, before, bucket, i, operations.size());
            if (operation instanceof KeyValueOperation.Put put) {
                own.put(key, Optional.of(entry(put, revision)));
                written.add(new Written(key, before.isEmpty(), false));
            } else if (operation instanceof KeyValueOperation.Delete) {
                if (before.isPresent()) {
                    own.put(key, Optional.empty());
                }
                written.add(new Written(key, false, before.isPresent()));
            }
        }
        List<Change> changes = new ArrayList<>(own.size());
        own.forEach((key, after) -> changes.add(new Change(bucket.number(), key, after, false)));
        return commit(changes, written);
    }

    private KeyValueEntry entry(KeyValueOperation.Put put, long revision) {
        long expiresAtMs = put.expiresAt().map(Instant::toEpochMilli).orElse(0L);
        return new KeyValueEntry(put.key(), revision, nowMs, expiresAtMs, put.contentType(), put.value());
    }

    private KeyValueCommit expire(List<KeyValueKey> keys) {
        List<Change> changes = new ArrayList<>(keys.size());
        for (KeyValueKey key : keys) {
            // It may have been written anew, or deleted, since it was found.
            if (stored(key).filter(entry -> entry.isExpired(nowMs)).isPresent()) {
                changes.add(new Change(key.bucket(), key.key(), Optional.empty(), true));
            }
        }
        expired += changes.size();
        return commit(changes, List.of());
    }

    /** What changes nothing takes no place in the order. */
    private KeyValueCommit commit(List<Change> changes, List<Written> written) {
        if (!changes.isEmpty()) {
            lastRevision++;
            committed.add(new Committed(lastRevision, nowMs, changes));
            changes.forEach(change -> current.put(new KeyValueKey(change.bucket(), change.key()), change.after()));
        }
        return new KeyValueCommit(lastRevision, Instant.ofEpochMilli(nowMs), written);
    }

    private Optional<KeyValueEntry> alive(long bucket, String key) {
        return stored(new KeyValueKey(bucket, key)).filter(entry -> !entry.isExpired(nowMs));
    }

    private Optional<KeyValueEntry> stored(KeyValueKey key) {
        Optional<KeyValueEntry> known = current.get(key);
        if (known == null) {
            known = store.find(key.bucket(), key.key()).map(KeyValueDecision::withoutValue);
            current.put(key, known);
        }
        return known;
    }

    /** A batch may look at many large values, of which only what is said about them decides. */
    private static KeyValueEntry withoutValue(KeyValueEntry entry) {
        return new KeyValueEntry(
                entry.key(), entry.revision(), entry.updatedAtMs(), entry.expiresAtMs(), entry.contentType(), NOTHING);
    }

    private static void requirePrecondition(
            KeyValueOperation operation, Optional<KeyValueEntry> before, Bucket bucket, int index, int count) {
        Precondition precondition = operation.precondition();
        long revision = before.map(KeyValueEntry::revision).orElse(0L);
        boolean holds;
        if (precondition instanceof Precondition.Any) {
            holds = true;
        } else if (precondition instanceof Precondition.AtRevision at) {
            holds = revision != 0 && at.revision() == revision;
        } else {
            holds = (precondition instanceof Precondition.Absent) == (revision == 0);
        }
        if (holds) {
            return;
        }
        String which = count == 1 ? "" : "Operation " + index + " is refused, and with it the whole commit: ";
        String now = revision == 0 ? "does not exist" : "is at revision " + revision;
        throw new PatchbayException(
                ErrorCode.REVISION_CONFLICT,
                which + "the key '" + operation.key() + "' of " + bucket.name() + " " + now
                        + ", which is not what the request expects.",
                Map.of("bucket", bucket.name(), "key", operation.key(), "currentRevision", revision, "index", (long)
                        index));
    }
}
