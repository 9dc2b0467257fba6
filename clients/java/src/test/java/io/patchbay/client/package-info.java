@NullMarked
package io.patchbay.client;

import org.jspecify.annotations.NullMarked;
