/** The published conformance cases of the Common Expression Language, as our values; for an evaluator, and for a store's translation of filters. */
@NullMarked
package io.patchbay.testkit.cel;

import org.jspecify.annotations.NullMarked;
