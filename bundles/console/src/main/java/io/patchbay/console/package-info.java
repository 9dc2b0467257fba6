/** The console: the pages that a node serves at its root, and the TypeScript client for everybody's own. */
@NullMarked
package io.patchbay.console;

import org.jspecify.annotations.NullMarked;
