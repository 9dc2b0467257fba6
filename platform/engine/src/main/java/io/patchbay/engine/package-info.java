/** The data plane, put together: what starts, in which order, and what it shows of itself. */
@NullMarked
package io.patchbay.engine;

import org.jspecify.annotations.NullMarked;
