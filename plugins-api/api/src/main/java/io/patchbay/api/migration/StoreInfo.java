package io.patchbay.api.migration;

import java.util.Optional;

/**
 * One store of the node.
 *
 * @param name such as {@code documents}
 * @param state {@code serving}, {@code migrating} or {@code unavailable}
 * @param adapter what serves it
 * @param sealed whether what is in it is encrypted
 * @param follower the adapter of the old store that still follows
 * @param followerLag transactions the follower is behind
 * @param fault a sentence on what is wrong
 */
public record StoreInfo(
        String name,
        String state,
        String adapter,
        boolean sealed,
        long documents,
        String position,
        Optional<String> follower,
        long followerLag,
        Optional<String> fault) {}
