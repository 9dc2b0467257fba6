/** A data plane for tests: a store in memory that can be held up and made to fail, providers that can be swapped, and clients that can be slow. */
@NullMarked
package io.patchbay.engine.testing;

import org.jspecify.annotations.NullMarked;
