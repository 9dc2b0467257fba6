/** Connections of clients: the monitor, the bounded outbox, the codec that serves now. */
@NullMarked
package io.patchbay.engine.connection;

import org.jspecify.annotations.NullMarked;
