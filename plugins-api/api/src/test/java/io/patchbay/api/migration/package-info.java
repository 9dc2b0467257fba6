/** State that travels. */
@NullMarked
package io.patchbay.api.migration;

import org.jspecify.annotations.NullMarked;
