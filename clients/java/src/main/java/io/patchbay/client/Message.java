package io.patchbay.client;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What a node sends: a reply, or an event of a subscription. */
sealed interface Message {
    record Reply(long id, Value.Struct ok) implements Message {}

    record Refusal(long id, ClientException reason) implements Message {}

    sealed interface Event extends Message {
        long subscription();
    }

    /** A part of the state at {@code position}; to be shown once {@code last} has come. */
    record Snapshot(long subscription, String position, List<Document> items, boolean last) implements Event {}

    record Changes(long subscription, String position, List<DocumentChange> changes, int bytes) implements Event {}

    record Reload(long subscription, ClientException reason) implements Event {}

    record End(long subscription, ClientException reason) implements Event {}

    /** @throws RuntimeException if it is none of these */
    static Message read(byte[] frame) {
        Fields fields = Fields.of("a message", Cbor.decodeEnvelope(frame));
        if (fields.has("sub")) {
            return event(fields.requireInt("sub", 0, Long.MAX_VALUE), fields, frame.length);
        }
        long id = fields.requireInt("id", 0, Long.MAX_VALUE);
        return fields.has("error")
                ? new Refusal(id, ClientException.of(fields.requireStruct("error")))
                : new Reply(id, fields.requireStruct("ok"));
    }

    /**
     * An event as it stands in a stream of server-sent events.
     *
     * @param bytes how long it was
     * @throws RuntimeException if it is none
     */
    static Event event(long subscription, Value.Struct event, int bytes) {
        return event(subscription, Fields.of("an event", event), bytes);
    }

    private static Event event(long subscription, Fields fields, int bytes) {
        String event = fields.requireText("event");
        return switch (event) {
            case "snapshot" ->
                new Snapshot(
                        subscription,
                        fields.requireText("position"),
                        all(fields.requireArray("items"), item -> document(Fields.of("a document", item))),
                        fields.findBool("last").orElseThrow());
            case "changes" ->
                new Changes(
                        subscription,
                        fields.requireText("position"),
                        all(fields.requireArray("changes"), item -> change(Fields.of("a change", item))),
                        bytes);
            case "reload" -> new Reload(subscription, reason(fields));
            case "end" -> new End(subscription, reason(fields));
            default -> throw new IllegalArgumentException("an unknown event");
        };
    }

    private static ClientException reason(Fields fields) {
        return ClientException.of(Value.struct(
                "code", Value.of(fields.requireText("code")), "message", Value.of(fields.requireText("message"))));
    }

    private static DocumentChange change(Fields fields) {
        String op = fields.requireText("op");
        DocumentChange.Kind kind = DocumentChange.Kind.valueOf(op.toUpperCase(Locale.ROOT));
        return new DocumentChange(
                kind,
                fields.requireText("id"),
                fields.requireInt("revision", 0, Long.MAX_VALUE),
                kind == DocumentChange.Kind.PUT ? Optional.of(document(fields)) : Optional.empty());
    }

    static Document document(Fields fields) {
        return new Document(
                fields.requireText("id"),
                fields.requireInt("revision", 0, Long.MAX_VALUE),
                time(fields.requireText("updatedAt")),
                fields.requireStruct("data"));
    }

    static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("no time: " + text, e);
        }
    }

    static <T> List<T> all(List<Value> values, Function<Value, T> reader) {
        List<T> items = new ArrayList<>(values.size());
        values.forEach(value -> items.add(reader.apply(value)));
        return items;
    }
}
