package io.patchbay.client;

import io.patchbay.api.document.Value;
import java.time.Instant;

/**
 * A document as the node sent it. Immutable.
 *
 * @param revision the offset of the commit that wrote it: what a precondition compares with
 */
public record Document(String id, long revision, Instant updatedAt, Value.Struct data) {}
