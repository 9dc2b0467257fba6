/** The node's meters, in memory. */
@NullMarked
package io.patchbay.engine.metrics;

import org.jspecify.annotations.NullMarked;
