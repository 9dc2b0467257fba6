package io.patchbay.protocol.rest;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.JsonWriter;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscriptionEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * One event as text of a stream, a piece at a time: it is encoded as its client takes it, so that what waits is documents that are shared, not copies of them.
 *
 * <p>The text is {@code event:} with the name, {@code id:} where there is a position to resume from, and {@code data:} with the message in one line of JSON. One thread at a time.
 */
final class EventText implements Iterator<byte[]> {
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] head;
    private final Iterator<byte[]> items;
    private final byte[] tail;
    private final long waitingBytes;
    private boolean begun;
    private boolean done;
    /** What is left of a piece that was too large. */
    private byte[] rest = {};

    private EventText(byte[] head, Iterator<byte[]> items, byte[] tail, long waitingBytes) {
        this.head = head;
        this.items = items;
        this.tail = tail;
        this.waitingBytes = waitingBytes;
    }

    /** What a stream begins with. */
    static byte[] opening(int retryMs, Position position, boolean resumable) {
        String data = "{\"event\":\"subscribed\",\"position\":\"" + position + "\"}";
        return ascii("retry: " + retryMs + "\n\n"
                + (resumable ? "id: " + position + "\n" : "")
                + "event: subscribed\ndata: " + data + "\n\n");
    }

    static byte[] heartbeat() {
        return ascii(":\n\n");
    }

    static EventText changes(SubscriptionEvent.Changes event) {
        return new EventText(
                ascii("event: changes\nid: " + event.position() + "\ndata: {\"event\":\"changes\",\"position\":\""
                        + event.position() + "\",\"changes\":["),
                items(event.changes(), EventText::change),
                ascii("]}"),
                event.changes().stream()
                        .mapToLong(
                                change -> change.document().map(EventText::size).orElse(0L))
                        .sum());
    }

    /** Only the last part has an id: whoever loses the connection before has not got the whole, and begins anew. */
    static EventText snapshot(SubscriptionEvent.Snapshot event) {
        return new EventText(
                ascii("event: snapshot\n" + (event.last() ? "id: " + event.position() + "\n" : "")
                        + "data: {\"event\":\"snapshot\",\"position\":\""
                        + event.position() + "\",\"last\":" + event.last() + ",\"items\":["),
                items(event.items(), DocumentForm::document),
                ascii("]}"),
                event.items().stream().mapToLong(EventText::size).sum());
    }

    /** @param forget whether the client is to forget its position: a snapshot follows, and it must not resume before it has that whole */
    static EventText reload(PatchbayException reason, boolean forget) {
        return notice("reload", reason, forget ? "id:\n" : "");
    }

    static EventText end(PatchbayException reason) {
        return notice("end", reason, "");
    }

    private static EventText notice(String name, PatchbayException reason, String id) {
        try (JsonWriter out = new JsonWriter()) {
            out.startObject()
                    .key("event")
                    .text(name)
                    .key("code")
                    .text(reason.code().name());
            out.key("message").text(String.valueOf(reason.getMessage())).endObject();
            return new EventText(
                    ascii("event: " + name + "\n" + id + "data: "),
                    List.of(out.toByteArray()).iterator(),
                    new byte[0],
                    0);
        }
    }

    /** What its documents take that are not encoded yet, about. */
    long waitingBytes() {
        return waitingBytes;
    }

    @Override
    public boolean hasNext() {
        return rest.length > 0 || !done;
    }

    /** At most {@link EventLimits#SLICE_BYTES}. */
    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        byte[] piece = rest.length > 0 ? rest : encode();
        if (piece.length <= EventLimits.SLICE_BYTES) {
            rest = new byte[0];
            return piece;
        }
        rest = Arrays.copyOfRange(piece, EventLimits.SLICE_BYTES, piece.length);
        return Arrays.copyOf(piece, EventLimits.SLICE_BYTES);
    }

    private byte[] encode() {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        if (!begun) {
            begun = true;
            piece.writeBytes(head);
        }
        while (items.hasNext() && piece.size() < EventLimits.PIECE_BYTES) {
            piece.writeBytes(items.next());
        }
        if (!items.hasNext()) {
            piece.writeBytes(tail);
            piece.writeBytes(END);
            done = true;
        }
        return piece.toByteArray();
    }

    /** Each item's text, with the comma before it. */
    private static <T> Iterator<byte[]> items(List<T> items, Function<T, byte[]> form) {
        Iterator<T> each = items.iterator();
        return new Iterator<>() {
            private boolean first = true;

            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public byte[] next() {
                byte[] text = form.apply(each.next());
                if (first) {
                    first = false;
                    return text;
                }
                byte[] separated = new byte[text.length + 1];
                separated[0] = ',';
                System.arraycopy(text, 0, separated, 1, text.length);
                return separated;
            }
        };
    }

    private static byte[] change(SubscriptionEvent.DocumentChange change) {
        Optional<Document> document = change.document();
        try (JsonWriter out = new JsonWriter()) {
            String gone = change.deleted() ? "delete" : "remove";
            out.startObject().key("op").text(document.isPresent() ? "put" : gone);
            out.key("id").text(change.id()).key("revision").integer(change.revision());
            document.ifPresent(put -> out.key("updatedAt")
                    .time(put.stored().updatedAtMs())
                    .key("data")
                    .cbor(put.stored().body()));
            return out.endObject().toByteArray();
        }
    }

    private static long size(Document document) {
        return document.stored().body().length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
