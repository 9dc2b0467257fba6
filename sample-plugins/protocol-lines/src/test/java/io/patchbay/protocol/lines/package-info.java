/** The protocol lines, on a session in memory. */
@NullMarked
package io.patchbay.protocol.lines;

import org.jspecify.annotations.NullMarked;
