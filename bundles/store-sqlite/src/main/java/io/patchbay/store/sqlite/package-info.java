/** Documents in SQLite: one file, one writer, many readers. */
@NullMarked
package io.patchbay.store.sqlite;

import org.jspecify.annotations.NullMarked;
