package io.patchbay.protocol.patchbay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The vectors that other implementations pass, on this one. */
class ProtocolVectorsTest {
    private static final Path VECTORS = Path.of("../../docs/protocol-vectors.json");

    private final Client client = new Client();

    @TestFactory
    Stream<DynamicTest> conversation() throws IOException {
        return cases("conversation")
                .map(step -> test(step, () -> {
                    Value.Struct send = struct(step, "send");
                    assertThat(hex(Cbor.encode(send.find("value").orElseThrow())))
                            .isEqualTo(text(send, "hex"));
                    client.send(bytes(send));
                    List<String> received = client.connection.takeSent().stream()
                            .map(ProtocolVectorsTest::hex)
                            .toList();
                    List<String> expected = array(step, "receive")
                            .map(frame -> text(frame, "hex"))
                            .toList();
                    assertThat(received).isEqualTo(expected);
                    OptionalInt close = step.findInt("close")
                            .map(code -> OptionalInt.of(code.intValue()))
                            .orElse(OptionalInt.empty());
                    assertThat(client.connection.closeCode()).isEqualTo(close);
                }));
    }

    @TestFactory
    Stream<DynamicTest> events() throws IOException {
        return cases("events")
                .map(event -> test(event, () -> {
                    client.codec.onEvent(event(struct(event, "value")));
                    assertThat(hex(client.connection.takeSent().get(0))).isEqualTo(text(event, "hex"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> hostile() throws IOException {
        return cases("hostile")
                .map(hostile -> test(hostile, () -> {
                    Client fresh = new Client();
                    if (hostile.find("close").isPresent()) {
                        PatchbayException closing =
                                catchThrowableOfType(PatchbayException.class, () -> fresh.send(bytes(hostile)));
                        assertThat(closing.code()).isEqualTo(ErrorCode.valueOf(text(hostile, "code")));
                        assertThat((long) closing.code().closeCode())
                                .isEqualTo(hostile.findInt("close").orElseThrow());
                        assertThat(fresh.connection.takeSent()).isEmpty();
                        return;
                    }
                    fresh.send(bytes(hostile));
                    Value.Struct reply = (Value.Struct)
                            Cbor.decode(fresh.connection.takeSent().get(0));
                    assertThat(reply.findInt("id")).contains(1L);
                    Value.Struct error = Client.error(reply);
                    Value.Struct expected = struct(hostile, "error");
                    assertThat(error.findText("code")).contains(text(expected, "code"));
                    expected.findText("field")
                            .ifPresent(
                                    field -> assertThat(error.findText("field")).contains(field));
                    assertThat(error.findText("message").orElseThrow())
                            .matches("[^\n]+[.?]")
                            .doesNotContain("Exception");
                }));
    }

    private static SubscriptionEvent event(Value.Struct value) {
        long subscription = value.findInt("sub").orElseThrow();
        Optional<Position> position = value.findText("position").map(Position::parse);
        return switch (text(value, "event")) {
            case "snapshot" ->
                new SubscriptionEvent.Snapshot(
                        subscription,
                        position.orElseThrow(),
                        array(value, "items").map(ProtocolVectorsTest::document).toList(),
                        value.find("last").orElseThrow().equals(Value.TRUE));
            case "changes" ->
                new SubscriptionEvent.Changes(
                        subscription,
                        position.orElseThrow(),
                        array(value, "changes").map(ProtocolVectorsTest::change).toList());
            case "reload" -> new SubscriptionEvent.Reload(subscription, reason(value));
            case "end" -> new SubscriptionEvent.Ended(subscription, reason(value));
            default -> throw new AssertionError(value);
        };
    }

    private static DocumentChange change(Value.Struct change) {
        Optional<Document> document = change.find("data").map(data -> document(change));
        return new DocumentChange(
                text(change, "id"),
                change.findInt("revision").orElseThrow(),
                document,
                text(change, "op").equals("delete"));
    }

    private static Document document(Value.Struct form) {
        long updatedAtMs = Instant.parse(text(form, "updatedAt")).toEpochMilli();
        return new Document(
                "cities",
                StoredDocument.of(
                        1,
                        text(form, "id"),
                        form.findInt("revision").orElseThrow(),
                        updatedAtMs,
                        struct(form, "data")));
    }

    private static PatchbayException reason(Value.Struct event) {
        return new PatchbayException(ErrorCode.valueOf(text(event, "code")), text(event, "message"));
    }

    private static Stream<Value.Struct> cases(String part) throws IOException {
        return array((Value.Struct) Json.decode(Files.readAllBytes(VECTORS)), part);
    }

    private static DynamicTest test(Value.Struct vector, org.junit.jupiter.api.function.Executable check) {
        return DynamicTest.dynamicTest(text(vector, "name"), check);
    }

    private static Stream<Value.Struct> array(Value.Struct struct, String field) {
        return ((Value.Array) struct.find(field).orElseThrow()).items().stream().map(Value.Struct.class::cast);
    }

    private static Value.Struct struct(Value.Struct struct, String field) {
        return (Value.Struct) struct.find(field).orElseThrow();
    }

    private static String text(Value.Struct struct, String field) {
        return struct.findText(field).orElseThrow();
    }

    private static byte[] bytes(Value.Struct vector) {
        return HexFormat.of().parseHex(text(vector, "hex"));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
