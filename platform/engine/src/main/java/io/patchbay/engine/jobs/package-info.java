/** Work that takes longer than a request. */
@NullMarked
package io.patchbay.engine.jobs;

import org.jspecify.annotations.NullMarked;
