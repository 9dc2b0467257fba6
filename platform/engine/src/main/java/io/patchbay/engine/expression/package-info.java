/** Filters and rules: from CEL text to the tree that every part shares, and what such a tree says of a document. */
@NullMarked
package io.patchbay.engine.expression;

import org.jspecify.annotations.NullMarked;
