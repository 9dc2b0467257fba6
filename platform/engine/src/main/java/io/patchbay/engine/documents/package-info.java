/** Documents as a session sees and changes them: reads, pages, transactions. */
@NullMarked
package io.patchbay.engine.documents;

import org.jspecify.annotations.NullMarked;
