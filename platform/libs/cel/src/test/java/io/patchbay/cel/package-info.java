@NullMarked
package io.patchbay.cel;

import org.jspecify.annotations.NullMarked;
