package io.patchbay.api.kv;

import java.util.Optional;

/**
 * A page of a bucket's entries in the order of their keys' UTF-8 bytes: those that begin with {@code prefix}, from {@code start} to before {@code end}.
 *
 * @param limit 1 to {@link io.patchbay.api.Limits#LIST_MAX}
 * @param cursor from the page before, of the same request
 * @param values whether values of up to {@link io.patchbay.api.Limits#KEY_VALUE_INLINE_BYTES} come with their keys
 */
public record KeyValueListRequest(
        String bucket,
        String prefix,
        Optional<String> start,
        Optional<String> end,
        int limit,
        Optional<String> cursor,
        boolean values) {}
