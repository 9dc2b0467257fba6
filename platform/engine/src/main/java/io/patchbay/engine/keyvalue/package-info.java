/** Keys and values: the store that serves them, the one thread that decides what is written, who reads and who watches. */
@NullMarked
package io.patchbay.engine.keyvalue;

import org.jspecify.annotations.NullMarked;
