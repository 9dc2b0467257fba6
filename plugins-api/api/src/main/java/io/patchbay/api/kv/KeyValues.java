package io.patchbay.api.kv;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keys and values as one session may see and change them; a bucket's rules apply. No call waits: stages complete on the engine's threads, exceptionally only with a
 * {@link io.patchbay.api.PatchbayException}. All fail with BUCKET_NOT_FOUND, and with STORE_UNAVAILABLE while nothing serves the store. What has expired is answered like what is not there.
 */
@ProviderType
public interface KeyValues {
    /** KEY_NOT_FOUND, KEY_INVALID, FORBIDDEN. */
    CompletionStage<KeyValueEntry> get(String bucket, String key);

    /** CURSOR_INVALID, FORBIDDEN; INDEX_WARMING while the sealed keys of the store are still being read. */
    CompletionStage<KeyValuePage> list(KeyValueListRequest request);

    /**
     * All of it or nothing; completes once durable. A failed stage means that nothing was written, unless its code is TIMEOUT, which says nothing.
     *
     * @param operations 1 to {@link io.patchbay.api.Limits#KEY_VALUE_OPERATIONS}; each sees what those before it did
     */
    CompletionStage<KeyValueCommit> commit(String bucket, List<KeyValueOperation> operations);

    /** Tells {@code listener} of every change of the keys that begin with {@code prefix} from now on, in commit order; the first only after the stage has completed and its dependents ran. */
    CompletionStage<KeyValueWatch> watch(String bucket, String prefix, KeyValueListener listener);

    /** The buckets by name; for admins. */
    CompletionStage<List<BucketDefinition>> buckets();

    /** Creates a bucket, or changes its rules; for admins. CONFLICT if {@code plainKeys} is not what it was; NAME_INVALID, RULE_INVALID. */
    CompletionStage<BucketDefinition> define(BucketDefinition definition);

    /** Deletes a bucket with all that is in it; for admins. */
    CompletionStage<Void> drop(String bucket);
}
