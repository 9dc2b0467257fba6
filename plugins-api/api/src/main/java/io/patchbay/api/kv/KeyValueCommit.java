package io.patchbay.api.kv;

import java.time.Instant;
import java.util.List;

/**
 * What a commit led to.
 *
 * @param revision of every entry that it wrote; where it changed nothing, the store's last one
 * @param written in the order of the puts and deletes that were asked for
 */
public record KeyValueCommit(long revision, Instant committedAt, List<Written> written) {
    public KeyValueCommit {
        written = List.copyOf(written);
    }

    /**
     * @param created whether there was nothing under the key before
     * @param deleted whether there was something, and is nothing now
     */
    public record Written(String key, boolean created, boolean deleted) {}
}
