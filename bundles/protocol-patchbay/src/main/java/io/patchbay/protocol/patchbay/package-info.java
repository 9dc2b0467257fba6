/** The wire protocol {@code patchbay.v1}: CBOR frames over a message connection, as docs/protocol.md says. */
@NullMarked
package io.patchbay.protocol.patchbay;

import org.jspecify.annotations.NullMarked;
