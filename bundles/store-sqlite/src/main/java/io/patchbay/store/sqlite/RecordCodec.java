package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.StoredDocument;
import org.jspecify.annotations.Nullable;

/** How what users wrote stands on the disk: as it is, or sealed. Any thread. */
interface RecordCodec {
    /** As it is; ids are kept as UTF-8 bytes, so SQLite's order is ours. */
    RecordCodec PLAIN = new RecordCodec() {
        @Override
        public byte[] key(long collection, String id) {
            return id.getBytes(UTF_8);
        }

        @Override
        public byte[] write(StoredDocument document, byte[] key) {
            return document.body();
        }

        @Override
        public StoredDocument read(long collection, byte[] key, long revision, long updatedAtMs, byte[] written) {
            return new StoredDocument(collection, new String(key, UTF_8), revision, updatedAtMs, written);
        }

        @Override
        public byte @Nullable [] writeDeletion(long collection, String id, byte[] key, long offset) {
            return null;
        }

        @Override
        public String readDeletion(long collection, byte[] key, long offset, byte @Nullable [] written) {
            return new String(key, UTF_8);
        }

        @Override
        public Object writeFields(long collection, String fields) {
            return fields;
        }

        @Override
        public String readFields(long collection, byte[] written) {
            return new String(written, UTF_8);
        }

        @Override
        public Object writeChecksum(long checksum, long lastOffset) {
            return checksum;
        }

        @Override
        public long readChecksum(byte[] written, long lastOffset) {
            // As SQLite gives a number that is asked for as bytes.
            return Long.parseLong(new String(written, UTF_8));
        }
    };

    /** What a document is found by, within its collection. */
    byte[] key(long collection, String id);

    byte[] write(StoredDocument document, byte[] key);

    /** The document that {@link #write} was given. */
    StoredDocument read(long collection, byte[] key, long revision, long updatedAtMs, byte[] written);

    /** The record of a change that deleted a document. */
    byte @Nullable [] writeDeletion(long collection, String id, byte[] key, long offset);

    /** The id of the document that was deleted. */
    String readDeletion(long collection, byte[] key, long offset, byte @Nullable [] written);

    /** @return a column's value, as for JDBC */
    Object writeFields(long collection, String fields);

    String readFields(long collection, byte[] written);

    /** @return a column's value, as for JDBC */
    Object writeChecksum(long checksum, long lastOffset);

    long readChecksum(byte[] written, long lastOffset);
}
