/** The live swap of the document store: copy, replay, a short pause, verify, flip; then the old store follows until it is dropped. */
@NullMarked
package io.patchbay.engine.migration;

import org.jspecify.annotations.NullMarked;
