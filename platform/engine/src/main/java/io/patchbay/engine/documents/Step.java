package io.patchbay.engine.documents;

import io.patchbay.api.document.Operation;

/**
 * An operation that was checked on its own, with its id chosen and its body encoded.
 *
 * @param body empty unless it is a put
 * @param fresh the server made the id
 */
record Step(Operation operation, String id, byte[] body, boolean fresh) {}
