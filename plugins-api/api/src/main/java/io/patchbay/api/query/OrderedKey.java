package io.patchbay.api.query;

import io.patchbay.api.document.Value;
import java.util.Optional;

/**
 * Values as bytes whose unsigned order is the data model's order: missing &lt; null &lt; false &lt; true &lt; numbers &lt; strings (by UTF-8 bytes) &lt; arrays &lt; objects; equal numbers have equal
 * bytes, whether integer or double. Keys are self-delimiting, so several of them concatenated order as a tuple; a descending key is the bitwise complement.
 */
public final class OrderedKey {
    private OrderedKey() {}

    /** The whole key, never cut. */
    public static byte[] of(Optional<Value> value, boolean descending) {
        throw new IllegalStateException("being written");
    }
}
