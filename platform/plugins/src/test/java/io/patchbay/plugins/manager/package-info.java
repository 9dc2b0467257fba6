@NullMarked
package io.patchbay.plugins.manager;

import org.jspecify.annotations.NullMarked;
