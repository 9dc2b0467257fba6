package io.patchbay.api.kv;

import java.util.Optional;

/**
 * An entry in a list.
 *
 * @param size of the value, in bytes
 * @param value empty if it was not asked for, or is larger than {@link io.patchbay.api.Limits#KEY_VALUE_INLINE_BYTES}
 */
public record KeyValueItem(
        String key,
        long revision,
        long updatedAtMs,
        long expiresAtMs,
        String contentType,
        long size,
        Optional<byte[]> value) {}
