/** What is measured of a whole node or of its parts. */
@NullMarked
package io.patchbay.benchmarks;

import org.jspecify.annotations.NullMarked;
