package io.patchbay.api.kv;

import java.util.Optional;

/**
 * One change of a batch.
 *
 * @param bucket the number of the bucket, which is never another's
 * @param after what stands under the key from now on; empty to delete it
 */
public record KeyValueMutation(long bucket, String key, Optional<KeyValueEntry> after) {}
