@NullMarked
package io.patchbay.plugins.switchboard;

import org.jspecify.annotations.NullMarked;
