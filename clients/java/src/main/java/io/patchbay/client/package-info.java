/** A client of a Patchbay node for any Java 17 program: documents, live queries and the change log over one WebSocket, or over HTTP where none gets through. */
@NullMarked
package io.patchbay.client;

import org.jspecify.annotations.NullMarked;
