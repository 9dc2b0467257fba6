/** A sample hook: refuses some documents, completes others. */
@NullMarked
package io.patchbay.hook.validate;

import org.jspecify.annotations.NullMarked;
