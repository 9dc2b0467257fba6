/** HTTP/1.1 and WebSocket by an embedded Jetty, on connections that the platform accepted. */
@NullMarked
package io.patchbay.transport.http;

import org.jspecify.annotations.NullMarked;
