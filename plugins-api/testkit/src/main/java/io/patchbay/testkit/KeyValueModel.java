package io.patchbay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueLoad;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** What a key-value store should hold, and the batches that make it so. Used by one thread. */
public final class KeyValueModel {
    private static final Comparator<KeyValueKey> ORDER = Comparator.comparingLong(KeyValueKey::bucket)
            .thenComparing(key -> key.key().getBytes(UTF_8), Arrays::compareUnsigned);

    private final Map<KeyValueKey, KeyValueEntry> entries = new TreeMap<>(ORDER);
    private final String epoch;
    private long lastRevision;

    public KeyValueModel(String epoch, long lastRevision) {
        this.epoch = epoch;
        this.lastRevision = lastRevision;
    }

    public KeyValueState state() {
        return new KeyValueState(epoch, lastRevision, entries.size());
    }

    /** At the next revision. */
    public KeyValueMutation put(long bucket, String key, byte[] value, long expiresAtMs) {
        long revision = lastRevision + 1;
        return new KeyValueMutation(
                bucket,
                key,
                Optional.of(new KeyValueEntry(
                        key, revision, 1_000_000 + revision, expiresAtMs, "text/" + revision % 7, value)));
    }

    public KeyValueMutation delete(long bucket, String key) {
        return new KeyValueMutation(bucket, key, Optional.empty());
    }

    /** The batch of the next revision. */
    public KeyValueBatch commit(List<KeyValueMutation> mutations) {
        lastRevision++;
        for (KeyValueMutation mutation : mutations) {
            KeyValueKey key = new KeyValueKey(mutation.bucket(), mutation.key());
            mutation.after().ifPresentOrElse(entry -> entries.put(key, entry), () -> entries.remove(key));
        }
        return new KeyValueBatch(mutations, lastRevision);
    }

    /** A few puts and deletions of a few keys, some of them of the same one. */
    public KeyValueBatch random(Random random) {
        List<KeyValueMutation> mutations = random.ints(1 + random.nextInt(6), 0, 4)
                .mapToObj(kind -> {
                    long bucket = 1 + random.nextInt(3);
                    String key = randomKey(random);
                    return kind == 0
                            ? delete(bucket, key)
                            : put(bucket, key, randomValue(random), kind == 1 ? 1 + random.nextInt(50) : 0);
                })
                .toList();
        return commit(mutations);
    }

    /** Short ones, that come again, with characters of one to four bytes. */
    public static String randomKey(Random random) {
        String[] parts = {"a", "b", "ab", "\u007e", "\u00e9", "\uffee", "\ud83d\ude00", "/", "0"};
        StringBuilder key = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            key.append(parts[random.nextInt(parts.length)]);
        }
        return key.toString();
    }

    private static byte[] randomValue(Random random) {
        byte[] value = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 40)];
        random.nextBytes(value);
        return value;
    }

    public void drop(long bucket) {
        entries.keySet().removeIf(key -> key.bucket() == bucket);
    }

    public void clear() {
        entries.clear();
    }

    public Optional<KeyValueEntry> find(long bucket, String key) {
        return Optional.ofNullable(entries.get(new KeyValueKey(bucket, key)));
    }

    public List<KeyValueEntry> scan(long bucket, KeyValueRange range) {
        return entries.entrySet().stream()
                .filter(entry -> entry.getKey().bucket() == bucket
                        && isIn(range, entry.getKey().key().getBytes(UTF_8)))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static boolean isIn(KeyValueRange range, byte[] key) {
        return Arrays.compareUnsigned(range.from(), key) <= 0
                && (range.to().length == 0 || Arrays.compareUnsigned(key, range.to()) < 0);
    }

    public List<KeyValueLoad> all() {
        return entries.entrySet().stream()
                .map(entry -> new KeyValueLoad(entry.getKey().bucket(), entry.getValue()))
                .toList();
    }

    /** All that an entry says, in a form that can be compared. */
    public static List<Object> facts(KeyValueEntry entry) {
        return List.of(
                entry.key(),
                entry.revision(),
                entry.updatedAtMs(),
                entry.expiresAtMs(),
                entry.contentType(),
                ByteBuffer.wrap(entry.value()));
    }
}
