package io.patchbay.api.kv;

import io.patchbay.api.document.Precondition;
import java.time.Instant;
import java.util.Optional;

/** One step of a {@link KeyValues#commit}. */
public sealed interface KeyValueOperation {
    String key();

    Precondition precondition();

    /**
     * Puts a value in the place of what is there.
     *
     * @param contentType what the value is, for those who read it
     * @param value any bytes, up to {@link io.patchbay.api.Limits#KEY_VALUE_BYTES}; not copied: treat as immutable
     * @param expiresAt from when on it is no longer there; empty for never
     */
    record Put(String key, String contentType, byte[] value, Optional<Instant> expiresAt, Precondition precondition)
            implements KeyValueOperation {}

    /** Takes away what is there; nothing happens if nothing is. */
    record Delete(String key, Precondition precondition) implements KeyValueOperation {}

    /** Writes nothing; the whole commit is refused if the precondition does not hold. */
    record Check(String key, Precondition precondition) implements KeyValueOperation {}
}
