/** Documents in MVStore, the storage engine of H2: pure Java, one file. */
@NullMarked
package io.patchbay.store.h2;

import org.jspecify.annotations.NullMarked;
