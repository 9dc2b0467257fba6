/** {@code patchbay doctor}: what may be wrong with a node, a check each. */
@NullMarked
package io.patchbay.cli.doctor;

import org.jspecify.annotations.NullMarked;
