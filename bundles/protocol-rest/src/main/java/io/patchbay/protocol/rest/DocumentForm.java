package io.patchbay.protocol.rest;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.JsonWriter;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Change;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.ChangePage.NamedChange;
import java.util.Optional;

/** Documents and changes in JSON; stored bodies go from CBOR to JSON without becoming values. */
final class DocumentForm {
    private DocumentForm() {}

    static String path(String collection, String id) {
        return "/api/v1/collections/" + Text.segment(collection) + "/documents/" + Text.segment(id);
    }

    static byte[] document(Document document) {
        try (JsonWriter out = new JsonWriter()) {
            write(out, document.stored());
            return out.toByteArray();
        }
    }

    static byte[] page(Page page) {
        try (JsonWriter out = new JsonWriter()) {
            out.startObject().key("items").startArray();
            page.items().forEach(item -> write(out, item.stored()));
            out.endArray().key("next");
            page.next().ifPresentOrElse(out::text, out::nil);
            return out.endObject().toByteArray();
        }
    }

    static byte[] written(Written written, Optional<Value.Struct> data) {
        try (JsonWriter out = new JsonWriter()) {
            head(
                    out.startObject(),
                    written.id(),
                    written.revision(),
                    written.updatedAt().toEpochMilli());
            data.ifPresent(value -> out.key("data").value(value));
            return out.endObject().toByteArray();
        }
    }

    static byte[] transaction(TransactionResult result) {
        try (JsonWriter out = new JsonWriter()) {
            out.startObject().key("position").text(result.position().toString());
            out.key("replayed").bool(result.replayed()).key("results").startArray();
            result.written().forEach(written -> result(out, written));
            return out.endArray().endObject().toByteArray();
        }
    }

    static byte[] changes(ChangePage page) {
        try (JsonWriter out = new JsonWriter()) {
            out.startObject().key("items").startArray();
            page.items().forEach(item -> change(out, item));
            return out.endArray()
                    .key("next")
                    .text(page.next().toString())
                    .endObject()
                    .toByteArray();
        }
    }

    private static void write(JsonWriter out, StoredDocument document) {
        head(out.startObject(), document.id(), document.revision(), document.updatedAtMs());
        out.key("data").cbor(document.body()).endObject();
    }

    private static void result(JsonWriter out, Written written) {
        out.startObject().key("collection").text(written.collection());
        if (written.deleted()) {
            out.key("id").text(written.id()).key("revision").integer(written.revision());
        } else {
            head(out, written.id(), written.revision(), written.updatedAt().toEpochMilli());
            out.key("created").bool(written.created());
        }
        out.endObject();
    }

    private static void change(JsonWriter out, NamedChange item) {
        Change change = item.change();
        out.startObject()
                .key("position")
                .text(item.position().toString())
                .key("collection")
                .text(item.collection());
        head(out, change.id(), change.offset(), change.committedAtMs());
        out.key("op").text(change.deletes() ? "delete" : "put");
        change.document().ifPresent(document -> out.key("data").cbor(document.body()));
        out.endObject();
    }

    private static void head(JsonWriter out, String id, long revision, long updatedAtMs) {
        out.key("id")
                .text(id)
                .key("revision")
                .integer(revision)
                .key("updatedAt")
                .time(updatedAtMs);
    }
}
