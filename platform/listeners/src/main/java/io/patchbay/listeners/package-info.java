/** The listening sockets and the accept loop: connections are accepted here and handed to the transport that serves now. */
@NullMarked
package io.patchbay.listeners;

import org.jspecify.annotations.NullMarked;
