package io.patchbay.api.kv;

import java.util.List;

/**
 * What one commit writes, whole or not at all.
 *
 * @param mutations in order; of several for one key the last one stands
 * @param lastRevision the highest revision of the batch, and the store's from then on
 */
public record KeyValueBatch(List<KeyValueMutation> mutations, long lastRevision) {
    public KeyValueBatch {
        mutations = List.copyOf(mutations);
    }
}
