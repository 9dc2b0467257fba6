/** The listening sockets, really opened. */
@NullMarked
package io.patchbay.listeners;

import org.jspecify.annotations.NullMarked;
