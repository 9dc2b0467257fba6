package io.patchbay.protocol.patchbay;

import io.patchbay.api.document.Fields;

/**
 * A request as the client sent it, its {@code id} and {@code op} read.
 *
 * @param id the client's; the reply names it
 * @param fields the whole request, for the operation to read on
 */
record Request(long id, String op, Fields fields) {
    /** Whether the connection closes behind the reply. */
    boolean endsConnection() {
        return op.equals("logout");
    }
}
