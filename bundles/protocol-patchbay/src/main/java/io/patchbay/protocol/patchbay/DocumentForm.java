package io.patchbay.protocol.patchbay;

import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.StoredDocument;

/** A document on the wire, {@code {"id","data","revision","updatedAt"}}; its body goes in as the store keeps it. */
final class DocumentForm {
    private DocumentForm() {}

    static CborWriter write(CborWriter out, StoredDocument document) {
        return out.startMap(4)
                .text("id")
                .text(document.id())
                .text("data")
                .raw(document.body())
                .text("revision")
                .integer(document.revision())
                .text("updatedAt")
                .time(document.updatedAtMs());
    }
}
