@NullMarked
package io.patchbay.launcher;

import org.jspecify.annotations.NullMarked;
