package io.patchbay.protocol.lines;

import io.patchbay.api.document.JsonWriter;

/** What a reply says, written into its object. */
@FunctionalInterface
interface Body {
    Body EMPTY = out -> {};

    void writeTo(JsonWriter out);
}
