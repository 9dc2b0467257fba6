package io.patchbay.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What a write did.
 *
 * @param updatedAt empty after a delete
 * @param position of the transaction, such as {@link Interest#since} takes
 * @param replayed whether this is the answer of an earlier try, whose own answer was lost
 */
public record Written(
        String id, long revision, Optional<Instant> updatedAt, boolean created, String position, boolean replayed) {}
