package io.patchbay.store.sqlite;

import io.patchbay.api.document.StoredDocument;

/** How bodies stand on the disk. Any thread. */
interface BodyCodec {
    /** Bodies as they are. */
    BodyCodec PLAIN = new BodyCodec() {
        @Override
        public byte[] write(StoredDocument document) {
            return document.body();
        }

        @Override
        public byte[] read(long collection, String id, long revision, byte[] written) {
            return written;
        }
    };

    byte[] write(StoredDocument document);

    /** The body that {@link #write} was given for this document. */
    byte[] read(long collection, String id, long revision, byte[] written);
}
