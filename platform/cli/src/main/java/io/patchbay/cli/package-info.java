/** The command line, {@code bin/patchbay}: it speaks to a node through its control socket. */
@NullMarked
package io.patchbay.cli;

import org.jspecify.annotations.NullMarked;
