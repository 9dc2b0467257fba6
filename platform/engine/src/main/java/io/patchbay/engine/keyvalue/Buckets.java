package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.engine.access.KeyRules;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buckets of the store that serves. Read by any thread; changed by whoever holds the committer's turn, or by the slot's thread while nobody uses the store yet.
 *
 * <p>Kept in the store before the store is told: a node that is killed in between tells it at the next opening, and goes on with what is half deleted.
 */
final class Buckets {
    private static final Logger LOG = LoggerFactory.getLogger(Buckets.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0," + (Limits.NAME_CHARS - 1) + "}");

    private final Clock clock;
    private final LongConsumer changed;
    private volatile Map<String, Bucket> byName = Map.of();
    private BucketRecord record = BucketRecord.NONE;

    /** @param changed is told the number of each bucket that was defined anew or is going */
    Buckets(Clock clock, LongConsumer changed) {
        this.clock = clock;
        this.changed = changed;
    }

    /** @throws PatchbayException BUCKET_NOT_FOUND */
    Bucket require(String name) {
        Bucket bucket = byName.get(name);
        if (bucket == null) {
            String shown = NAME.matcher(name).matches() ? " '" + name + "'" : " of that name";
            throw new PatchbayException(ErrorCode.BUCKET_NOT_FOUND, "There is no bucket" + shown + ".");
        }
        return bucket;
    }

    /** Whether it still stands as it did. */
    boolean isCurrent(Bucket bucket) {
        return byName.get(bucket.name()) == bucket;
    }

    List<BucketDefinition> list() {
        return byName.values().stream().map(Bucket::definition).toList();
    }

    int count() {
        return byName.size();
    }

    /** Takes over what {@code store} says, and ends what an earlier run has begun. */
    void load(KeyValueStore store) {
        Optional<KeyValueEntry> kept = store.find(BucketRecord.BUCKET, BucketRecord.KEY);
        take(kept.map(entry -> BucketRecord.decode(entry.value())).orElse(BucketRecord.NONE));
        store.defineBucket(BucketRecord.BUCKET, false);
        for (Bucket bucket : record.buckets()) {
            store.defineBucket(bucket.number(), bucket.definition().plainKeys());
        }
        finishDrops(store);
    }

    /** Creates the bucket, or changes its rules. */
    void define(BucketDefinition definition, KeyValueStore store) {
        requireValid(definition);
        Bucket before = byName.get(definition.name());
        if (before != null && before.definition().plainKeys() != definition.plainKeys()) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The keys of '" + definition.name() + "' are "
                            + (before.definition().plainKeys() ? "plain" : "sealed")
                            + " for as long as the bucket lives: delete it to have it otherwise.");
        }
        if (before == null && record.buckets().size() >= Limits.BUCKETS) {
            throw PatchbayException.beyond(
                    "buckets", ErrorCode.LIMIT_EXCEEDED, "A node has at most " + Limits.BUCKETS + " buckets.");
        }
        long number = before == null ? record.next() : before.number();
        List<Bucket> buckets = new ArrayList<>(record.buckets());
        buckets.removeIf(bucket -> bucket == before);
        buckets.add(Bucket.of(definition, number));
        keep(new BucketRecord(Math.max(record.next(), number + 1), buckets, record.dropped()), store);
        store.defineBucket(number, definition.plainKeys());
        changed.accept(number);
    }

    void drop(String name, KeyValueStore store) {
        Bucket bucket = require(name);
        List<Bucket> buckets = new ArrayList<>(record.buckets());
        buckets.remove(bucket);
        List<Long> dropped = new ArrayList<>(record.dropped());
        dropped.add(bucket.number());
        keep(new BucketRecord(record.next(), buckets, dropped), store);
        changed.accept(bucket.number());
        finishDrops(store);
    }

    private void finishDrops(KeyValueStore store) {
        if (record.dropped().isEmpty()) {
            return;
        }
        try {
            record.dropped().forEach(store::dropBucket);
            keep(new BucketRecord(record.next(), record.buckets(), List.of()), store);
        } catch (PatchbayException e) {
            // Nobody sees these keys any more; the next opening tries again.
            LOG.warn("What was in a dropped bucket could not be deleted yet: {}", e.getMessage());
        }
    }

    private void keep(BucketRecord next, KeyValueStore store) {
        byte[] value = next.encode();
        if (value.length > Limits.FRAME_BYTES) {
            throw PatchbayException.beyond(
                    "buckets", ErrorCode.LIMIT_EXCEEDED, "The rules of all buckets together have become too long.");
        }
        long revision = store.state().lastRevision() + 1;
        KeyValueEntry entry =
                new KeyValueEntry(BucketRecord.KEY, revision, clock.millis(), 0, BucketRecord.CONTENT_TYPE, value);
        KeyValueMutation mutation = new KeyValueMutation(BucketRecord.BUCKET, BucketRecord.KEY, Optional.of(entry));
        store.commit(new KeyValueBatch(List.of(mutation), revision));
        take(next);
    }

    private void take(BucketRecord next) {
        record = next;
        Map<String, Bucket> names = new TreeMap<>();
        next.buckets().forEach(bucket -> names.put(bucket.name(), bucket));
        byName = names;
    }

    private static void requireValid(BucketDefinition definition) {
        if (!NAME.matcher(definition.name()).matches()) {
            throw PatchbayException.beyond(
                    "name_chars",
                    ErrorCode.NAME_INVALID,
                    "A bucket's name is 1 to " + Limits.NAME_CHARS
                            + " letters, digits, '_' and '-', the first a letter.");
        }
        new KeyRules(definition.rules()).check();
    }
}
