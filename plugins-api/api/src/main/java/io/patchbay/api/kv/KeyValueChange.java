package io.patchbay.api.kv;

import java.util.Optional;

/**
 * What one commit did to one key.
 *
 * @param revision of the commit; several changes of one commit have the same
 * @param after what stands there from now on, its value left out if that is larger than {@link io.patchbay.api.Limits#KEY_VALUE_INLINE_BYTES}; empty if nothing does
 * @param expired whether its time was over, rather than somebody deleting it
 */
public record KeyValueChange(
        long revision, long committedAtMs, String key, Optional<KeyValueItem> after, boolean expired) {}
