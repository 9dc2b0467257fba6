package io.patchbay.protocol.patchbay;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Encodes events, the same content once for all its subscribers. Any thread.
 *
 * <p>An event is its subscription's number and a rest. One commit reaches many subscriptions with the same rest, from several threads at about the same time; so the latest rests are kept, each in
 * the slot of its offset, and a subscriber who finds his there pays a copy of bytes. Two filters that see different parts of one commit contend for its slot: that costs an encoding, nothing else.
 */
final class EventWriter {
    private static final int SLOTS = 64;
    /** A longer rest is rare and costs more memory than its encoding is worth. */
    private static final int MAX_KEPT_BYTES = 32 << 10;

    private static final byte[] MAP_OF_FOUR_WITH_SUB =
            new CborWriter().startMap(4).text("sub").toByteArray();

    private final AtomicReferenceArray<@Nullable Rest> rests = new AtomicReferenceArray<>(SLOTS);

    byte[] write(SubscriptionEvent event) {
        if (event instanceof SubscriptionEvent.Changes changes) {
            return changes(changes);
        }
        if (event instanceof SubscriptionEvent.Snapshot snapshot) {
            return snapshot(snapshot);
        }
        if (event instanceof SubscriptionEvent.Reload reload) {
            return notice(reload.subscription(), "reload", reload.reason());
        }
        SubscriptionEvent.Ended ended = (SubscriptionEvent.Ended) event;
        return notice(ended.subscription(), "end", ended.reason());
    }

    private byte[] changes(SubscriptionEvent.Changes event) {
        byte[] rest = rest(event.position(), event.changes());
        byte[] number = new CborWriter().integer(event.subscription()).toByteArray();
        return ByteBuffer.allocate(MAP_OF_FOUR_WITH_SUB.length + number.length + rest.length)
                .put(MAP_OF_FOUR_WITH_SUB)
                .put(number)
                .put(rest)
                .array();
    }

    private byte[] rest(Position position, List<DocumentChange> changes) {
        int slot = (int) (position.offset() & SLOTS - 1);
        Rest kept = rests.get(slot);
        if (kept != null && kept.isOf(position, changes)) {
            return kept.bytes;
        }
        byte[] bytes = encode(position, changes);
        if (bytes.length <= MAX_KEPT_BYTES) {
            rests.set(slot, new Rest(position, changes, bytes));
        }
        return bytes;
    }

    private static byte[] encode(Position position, List<DocumentChange> changes) {
        CborWriter out =
                new CborWriter().text("event").text("changes").text("changes").startArray(changes.size());
        changes.forEach(change -> change(out, change));
        return out.text("position").text(position.toString()).toByteArray();
    }

    private static void change(CborWriter out, DocumentChange change) {
        if (change.document().isEmpty()) {
            String op = change.deleted() ? "delete" : "remove";
            out.startMap(3)
                    .text("id")
                    .text(change.id())
                    .text("op")
                    .text(op)
                    .text("revision")
                    .integer(change.revision());
            return;
        }
        StoredDocument document = change.document().get().stored();
        out.startMap(5)
                .text("id")
                .text(change.id())
                .text("op")
                .text("put")
                .text("data")
                .raw(document.body())
                .text("revision")
                .integer(change.revision())
                .text("updatedAt")
                .time(document.updatedAtMs());
    }

    private static byte[] snapshot(SubscriptionEvent.Snapshot event) {
        CborWriter out = new CborWriter().startMap(5);
        out.text("sub")
                .integer(event.subscription())
                .text("last")
                .bool(event.last())
                .text("event")
                .text("snapshot");
        out.text("items").startArray(event.items().size());
        event.items().forEach(item -> DocumentForm.write(out, item.stored()));
        return out.text("position").text(event.position().toString()).toByteArray();
    }

    private static byte[] notice(long subscription, String event, PatchbayException reason) {
        return new CborWriter()
                .startMap(4)
                .text("sub")
                .integer(subscription)
                .text("code")
                .text(reason.code().name())
                .text("event")
                .text(event)
                .text("message")
                .text(reason.getMessage())
                .toByteArray();
    }

    private record Rest(Position position, List<DocumentChange> changes, byte[] bytes) {
        boolean isOf(Position otherPosition, List<DocumentChange> others) {
            if (!position.equals(otherPosition) || changes.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < changes.size(); i++) {
                if (!same(changes.get(i), others.get(i))) {
                    return false;
                }
            }
            return true;
        }

        /** Bodies are compared by identity: equal ones that are not shared are not worth a comparison. */
        private static boolean same(DocumentChange one, DocumentChange other) {
            return one.revision() == other.revision()
                    && one.deleted() == other.deleted()
                    && one.id().equals(other.id())
                    && stored(one) == stored(other);
        }

        private static @Nullable StoredDocument stored(DocumentChange change) {
            return change.document().map(Document::stored).orElse(null);
        }
    }
}
