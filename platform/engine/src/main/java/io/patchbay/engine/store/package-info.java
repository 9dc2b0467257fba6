/** Which adapter serves the documents, and the open store it serves them from. */
@NullMarked
package io.patchbay.engine.store;

import org.jspecify.annotations.NullMarked;
