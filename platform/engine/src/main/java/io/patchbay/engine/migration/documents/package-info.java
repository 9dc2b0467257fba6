/** The documents as a kind of store that is swapped: how they are copied, replayed and compared. */
@NullMarked
package io.patchbay.engine.migration.documents;

import org.jspecify.annotations.NullMarked;
