/** Access rules: who may do what, as conditions on documents. */
@NullMarked
package io.patchbay.engine.access;

import org.jspecify.annotations.NullMarked;
