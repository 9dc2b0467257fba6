package io.patchbay.protocol.lines;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.JsonWriter;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import java.util.Arrays;

/** The lines that go out, each one JSON object. */
final class Lines {
    private Lines() {}

    static byte[] ok(Value id, Body body) {
        return line(out -> {
            out.key("id").value(id).key("ok").startObject();
            body.writeTo(out);
            out.endObject();
        });
    }

    static byte[] error(Value id, PatchbayException reason) {
        return line(out -> {
            out.key("id").value(id);
            reason(out.key("error").startObject(), reason).endObject();
        });
    }

    static byte[] closing(int closeCode, String reason) {
        return line(out -> out.key("event")
                .text("closing")
                .key("code")
                .integer(closeCode)
                .key("reason")
                .text(reason));
    }

    static byte[] event(SubscriptionEvent event) {
        return line(out -> {
            out.key("sub").integer(event.subscription()).key("event");
            if (event instanceof SubscriptionEvent.Snapshot snapshot) {
                out.text("snapshot").key("items").startArray();
                snapshot.items()
                        .forEach(item -> document(out.startObject(), item).endObject());
                out.endArray().key("last").bool(snapshot.last());
                out.key("position").text(snapshot.position().toString());
            } else if (event instanceof SubscriptionEvent.Changes changes) {
                out.text("changes").key("changes").startArray();
                changes.changes().forEach(change -> change(out, change));
                out.endArray().key("position").text(changes.position().toString());
            } else if (event instanceof SubscriptionEvent.Reload reload) {
                reason(out.text("reload"), reload.reason());
            } else if (event instanceof SubscriptionEvent.Ended ended) {
                reason(out.text("end"), ended.reason());
            }
        });
    }

    /** Its fields, in an object that is open. The stored body is CBOR and becomes JSON without being built up in between. */
    static JsonWriter document(JsonWriter out, Document document) {
        return out.key("id")
                .text(document.id())
                .key("revision")
                .integer(document.revision())
                .key("updatedAt")
                .time(document.stored().updatedAtMs())
                .key("data")
                .cbor(document.stored().body());
    }

    /** {@code put} with the document; {@code remove} if it left the filter or the client's sight, {@code delete} if it is gone. */
    private static void change(JsonWriter out, DocumentChange change) {
        out.startObject();
        if (change.document().isPresent()) {
            document(out.key("op").text("put"), change.document().get());
        } else {
            out.key("op").text(change.deleted() ? "delete" : "remove");
            out.key("id").text(change.id()).key("revision").integer(change.revision());
        }
        out.endObject();
    }

    private static JsonWriter reason(JsonWriter out, PatchbayException reason) {
        return out.key("code").text(reason.code().name()).key("message").text(String.valueOf(reason.getMessage()));
    }

    private static byte[] line(Body body) {
        try (JsonWriter out = new JsonWriter()) {
            out.startObject();
            body.writeTo(out);
            byte[] json = out.endObject().toByteArray();
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            return line;
        }
    }
}
