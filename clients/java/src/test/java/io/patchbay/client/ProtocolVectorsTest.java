package io.patchbay.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The vectors that every implementation of the protocol passes, on this one. */
class ProtocolVectorsTest {
    private static final Path VECTORS = Path.of("../../docs/protocol-vectors.json");

    @TestFactory
    Stream<DynamicTest> everyRequestIsWrittenByteForByte() throws IOException {
        return cases("conversation")
                .map(step -> DynamicTest.dynamicTest(text(step, "name"), () -> {
                    Value.Struct send = struct(step, "send");
                    Map<String, Value> fields =
                            new LinkedHashMap<>(struct(send, "value").fields());
                    Value id = fields.remove("id");
                    Value op = fields.remove("op");
                    Request request = Request.of(((Value.Text) op).value(), new Value.Struct(fields));
                    byte[] frame = request.frame(((Value.Int) id).value());
                    assertThat(HexFormat.of().formatHex(frame)).isEqualTo(text(send, "hex"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyReplyIsRead() throws IOException {
        return cases("conversation")
                .flatMap(step -> array(step, "receive")
                        .map(frame -> DynamicTest.dynamicTest(text(step, "name"), () -> {
                            Value.Struct value = struct(frame, "value");
                            Message message = Message.read(bytes(frame));
                            if (message instanceof Message.Reply reply) {
                                assertThat(reply.id())
                                        .isEqualTo(value.findInt("id").orElseThrow());
                                assertThat(reply.ok()).isEqualTo(struct(value, "ok"));
                                readResult(text(struct(struct(step, "send"), "value"), "op"), reply.ok());
                            } else if (message instanceof Message.Refusal refusal) {
                                assertThat(refusal.reason().details()).isEqualTo(struct(value, "error"));
                                assertThat(refusal.reason().code()).isEqualTo(text(struct(value, "error"), "code"));
                            } else {
                                assertThat(((Message.Event) message).subscription())
                                        .isEqualTo(value.findInt("sub").orElseThrow());
                            }
                        })));
    }

    private static void readResult(String op, Value.Struct ok) {
        Object result = switch (op) {
            case "login" -> Answers.user(ok);
            case "refresh" -> Answers.tokens(ok);
            case "get" -> Answers.document(ok);
            case "query" -> Answers.page(ok);
            case "put", "patch", "delete" -> Answers.written(ok);
            case "transaction" -> Answers.transaction(ok);
            default -> ok;
        };
        assertThat(result).isNotNull();
    }

    @Test
    void eventsBecomeTheStateOfAWatch() throws IOException {
        List<String> states = new CopyOnWriteArrayList<>();
        WatchSubscription watch = new WatchSubscription(
                7,
                "cities",
                Interest.all(),
                (documents, position) -> states.add(documents.keySet() + " at " + position),
                new Serial(Runnable::run));
        List<String> reasons = new ArrayList<>();
        for (Message.Event event : events()) {
            watch.receive(event).ifPresent(reason -> reasons.add(reason.code()));
        }
        assertThat(states).containsExactly("[lyon] at m1:5", "[lyon] at m1:6", "[] at m1:7");
        assertThat(watch.position).isNull();
        assertThat(reasons)
                .containsExactlyElementsOf(cases("events")
                        .map(event -> struct(event, "value"))
                        .filter(value -> text(value, "event").equals("end"))
                        .map(value -> text(value, "code"))
                        .toList());
    }

    @Test
    void eventsBecomeTheChangesOfALog() throws IOException {
        List<String> seen = new CopyOnWriteArrayList<>();
        ChangesSubscription log = new ChangesSubscription(
                7,
                "cities",
                Interest.all(),
                (changes, position) -> changes.forEach(
                        change -> seen.add(change.kind() + " " + change.id() + " " + change.revision())),
                new Serial(Runnable::run),
                new ChangesSubscription.Flow() {
                    @Override
                    public void stop(ChangesSubscription subscription) {
                        throw new AssertionError("so few events");
                    }

                    @Override
                    public void goOn(ChangesSubscription subscription) {}
                });
        for (Message.Event event : events()) {
            Optional<ClientException> reason = log.receive(event);
            assertThat(reason.isPresent()).isEqualTo(event instanceof Message.Reload || event instanceof Message.End);
        }
        assertThat(seen).containsExactly("PUT lyon 6", "DELETE nice 6", "REMOVE paris 6", "DELETE lyon 7");
        assertThat(log.position).isEqualTo("m1:7");
    }

    private static List<Message.Event> events() throws IOException {
        return cases("events")
                .map(event -> (Message.Event) Message.read(bytes(event)))
                .toList();
    }

    private static Stream<Value.Struct> cases(String part) throws IOException {
        return array((Value.Struct) Json.decode(Files.readAllBytes(VECTORS)), part);
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
}
