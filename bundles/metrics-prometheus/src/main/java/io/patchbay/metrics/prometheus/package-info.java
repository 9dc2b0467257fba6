/** The node's metrics as Prometheus reads them. */
@NullMarked
package io.patchbay.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
