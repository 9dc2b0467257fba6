@NullMarked
package io.patchbay.plugins.upgrade;

import org.jspecify.annotations.NullMarked;
