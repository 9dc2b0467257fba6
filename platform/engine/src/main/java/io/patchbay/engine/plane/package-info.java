/** The parts of the data plane, put together in the order in which they start and stop. */
@NullMarked
package io.patchbay.engine.plane;

import org.jspecify.annotations.NullMarked;
