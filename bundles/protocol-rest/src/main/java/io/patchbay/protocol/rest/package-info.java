/** REST over HTTP: JSON resources under {@code /api/v1}, and what a node says of itself at its root. */
@NullMarked
package io.patchbay.protocol.rest;

import org.jspecify.annotations.NullMarked;
