/** The transport over real sockets. */
@NullMarked
package io.patchbay.transport.http;

import org.jspecify.annotations.NullMarked;
