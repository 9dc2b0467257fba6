/** The operators' door: a Unix domain socket of the owner's, for the command line; it works when nothing listens on the network. */
@NullMarked
package io.patchbay.control;

import org.jspecify.annotations.NullMarked;
