/** Encryption at rest: the keyring, the one place that encrypts, and the node's own secrets. */
@NullMarked
package io.patchbay.engine.keys;

import org.jspecify.annotations.NullMarked;
