/** The collections of a store, kept as documents of that store; the node's own among them. */
@NullMarked
package io.patchbay.engine.collections;

import org.jspecify.annotations.NullMarked;
