/** Imports that can be resumed and exports of one moment. */
@NullMarked
package io.patchbay.engine.transfer;

import org.jspecify.annotations.NullMarked;
