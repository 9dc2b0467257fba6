/** A protocol to learn from: one JSON object a line, over TCP. */
@NullMarked
package io.patchbay.protocol.lines;

import org.jspecify.annotations.NullMarked;
