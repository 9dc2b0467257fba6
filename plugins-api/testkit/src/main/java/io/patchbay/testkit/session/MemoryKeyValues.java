package io.patchbay.testkit.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueChange;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueCommit.Written;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueItem;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValuePage;
import io.patchbay.api.kv.KeyValueWatch;
import io.patchbay.api.kv.KeyValues;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Keys and values in memory, for admins and strangers alike; nothing expires, and a list is one page. For one thread. */
public final class MemoryKeyValues implements KeyValues {
    private final Map<String, BucketDefinition> buckets = new TreeMap<>();
    private final Map<String, TreeMap<String, KeyValueEntry>> entries = new TreeMap<>();
    private final List<Watch> watches = new ArrayList<>();
    private long revision;

    private final class Watch implements KeyValueWatch {
        private final String bucket;
        private final String prefix;
        private final KeyValueListener listener;
        private final Position position = new Position("e1", revision);

        Watch(String bucket, String prefix, KeyValueListener listener) {
            this.bucket = bucket;
            this.prefix = prefix;
            this.listener = listener;
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public void resume() {
            // Changes are told whether the listener has room or not.
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    /** How many watch. */
    public int watches() {
        return watches.size();
    }

    /** Ends all watches, as the engine would. */
    public void endWatches(PatchbayException reason) {
        List.copyOf(watches).forEach(watch -> {
            watches.remove(watch);
            watch.listener.onEnd(reason);
        });
    }

    private TreeMap<String, KeyValueEntry> require(String bucket) {
        TreeMap<String, KeyValueEntry> found = entries.get(bucket);
        if (found == null) {
            throw new PatchbayException(ErrorCode.BUCKET_NOT_FOUND, "There is no bucket '" + bucket + "'.");
        }
        return found;
    }

    @Override
    public CompletionStage<KeyValueEntry> get(String bucket, String key) {
        return MemoryDocuments.stage(() -> Optional.ofNullable(require(bucket).get(KeyNames.require(key)))
                .orElseThrow(() -> new PatchbayException(ErrorCode.KEY_NOT_FOUND, "There is no such key.")));
    }

    @Override
    public CompletionStage<KeyValuePage> list(KeyValueListRequest request) {
        return MemoryDocuments.stage(() -> new KeyValuePage(
                require(request.bucket()).values().stream()
                        .filter(entry -> entry.key().startsWith(request.prefix()))
                        .filter(entry -> request.start()
                                .filter(start -> entry.key().compareTo(start) < 0)
                                .isEmpty())
                        .filter(entry -> request.end()
                                .filter(end -> entry.key().compareTo(end) >= 0)
                                .isEmpty())
                        .limit(request.limit())
                        .map(entry -> item(entry, request.values()))
                        .toList(),
                Optional.empty()));
    }

    private static KeyValueItem item(KeyValueEntry entry, boolean value) {
        return new KeyValueItem(
                entry.key(),
                entry.revision(),
                entry.updatedAtMs(),
                entry.expiresAtMs(),
                entry.contentType(),
                entry.value().length,
                value ? Optional.of(entry.value()) : Optional.empty());
    }

    @Override
    public CompletionStage<KeyValueCommit> commit(String bucket, List<KeyValueOperation> operations) {
        return MemoryDocuments.stage(() -> {
            TreeMap<String, KeyValueEntry> next = new TreeMap<>(require(bucket));
            List<Written> written = new ArrayList<>();
            List<KeyValueChange> changes = new ArrayList<>();
            for (KeyValueOperation operation : operations) {
                apply(operation, next, written, changes);
            }
            entries.put(bucket, next);
            revision++;
            changes.forEach(change -> tell(bucket, change));
            return new KeyValueCommit(revision, Instant.EPOCH, written);
        });
    }

    private void apply(
            KeyValueOperation operation,
            TreeMap<String, KeyValueEntry> next,
            List<Written> written,
            List<KeyValueChange> changes) {
        String key = operation.key();
        KeyValueEntry before = next.get(key);
        requireHolds(operation, before == null ? 0 : before.revision());
        if (operation instanceof KeyValueOperation.Put put) {
            long expiresAtMs = put.expiresAt().map(Instant::toEpochMilli).orElse(0L);
            KeyValueEntry after = new KeyValueEntry(key, revision + 1, 0, expiresAtMs, put.contentType(), put.value());
            next.put(key, after);
            written.add(new Written(key, before == null, false));
            changes.add(new KeyValueChange(revision + 1, 0, key, Optional.of(item(after, true)), false));
        } else if (operation instanceof KeyValueOperation.Delete) {
            next.remove(key);
            written.add(new Written(key, false, before != null));
            changes.add(new KeyValueChange(revision + 1, 0, key, Optional.empty(), false));
        }
    }

    private static void requireHolds(KeyValueOperation operation, long current) {
        Precondition precondition = operation.precondition();
        boolean holds = precondition instanceof Precondition.Any
                || precondition instanceof Precondition.AtRevision at && current != 0 && at.revision() == current
                || precondition instanceof Precondition.Absent && current == 0
                || precondition instanceof Precondition.Exists && current != 0;
        if (!holds) {
            throw new PatchbayException(
                    ErrorCode.REVISION_CONFLICT,
                    "The key is not at the revision that the request expects.",
                    Map.of("key", operation.key(), "currentRevision", current));
        }
    }

    private void tell(String bucket, KeyValueChange change) {
        watches.stream()
                .filter(watch -> watch.bucket.equals(bucket) && change.key().startsWith(watch.prefix))
                .forEach(watch -> watch.listener.onChange(change));
    }

    @Override
    public CompletionStage<KeyValueWatch> watch(String bucket, String prefix, KeyValueListener listener) {
        return MemoryDocuments.stage(() -> {
            require(bucket);
            Watch watch = new Watch(bucket, prefix, listener);
            watches.add(watch);
            return watch;
        });
    }

    @Override
    public CompletionStage<List<BucketDefinition>> buckets() {
        return MemoryDocuments.stage(() -> List.copyOf(buckets.values()));
    }

    @Override
    public CompletionStage<BucketDefinition> define(BucketDefinition definition) {
        return MemoryDocuments.stage(() -> {
            buckets.put(definition.name(), definition);
            entries.putIfAbsent(definition.name(), new TreeMap<>());
            return definition;
        });
    }

    @Override
    public CompletionStage<Void> drop(String bucket) {
        return MemoryDocuments.stage(() -> {
            require(bucket);
            buckets.remove(bucket);
            entries.remove(bucket);
            return null;
        });
    }
}
