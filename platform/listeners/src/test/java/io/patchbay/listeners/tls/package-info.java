@NullMarked
package io.patchbay.listeners.tls;

import org.jspecify.annotations.NullMarked;
