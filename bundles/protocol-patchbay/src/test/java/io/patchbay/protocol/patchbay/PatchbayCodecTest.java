package io.patchbay.protocol.patchbay;

import static io.patchbay.protocol.patchbay.Client.errorCode;
import static io.patchbay.protocol.patchbay.Client.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyValueForm;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.testkit.session.MemoryLogins;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchbayCodecTest {
    private final Client client = new Client();

    @Test
    void textFramesAreRefused() {
        PatchbayException refused = catchThrowableOfType(
                PatchbayException.class, () -> client.codec.onMessage(ByteBuffer.wrap("{\"id\":1}".getBytes()), true));
        assertThat(refused.code().closeCode()).isEqualTo(1003);
    }

    @Test
    void aFrameBeyondTheLimitIsRefusedUnread() {
        PatchbayException refused =
                catchThrowableOfType(PatchbayException.class, () -> client.send(new byte[Limits.FRAME_BYTES + 1]));
        assertThat(refused.code()).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void theBufferMayBeReusedOnceTheCallIsOver() {
        ByteBuffer buffer = ByteBuffer.wrap(Cbor.encode(Value.struct(
                "id",
                Value.of(1),
                "op",
                Value.of("put"),
                "collection",
                Value.of("cities"),
                "document",
                Value.of("lyon"),
                "data",
                Value.struct("name", Value.of("Lyon")))));
        client.codec.onMessage(buffer, false);
        Arrays.fill(buffer.array(), (byte) 0);
        assertThat(client.session.documents().get("cities", "lyon"))
                .isCompletedWithValueMatching(
                        document -> document.data().findText("name").equals(Optional.of("Lyon")));
    }

    @Test
    void theDeepestDocumentFitsIntoEveryRequestAndReply() {
        Value.Struct deep = nested(Limits.DEPTH);
        assertThat(ok(put(1, deep)).findText("id")).contains("deep");
        assertThat(ok(client.ask(
                                "id",
                                Value.of(2),
                                "op",
                                Value.of("get"),
                                "collection",
                                Value.of("cities"),
                                "document",
                                Value.of("deep")))
                        .toString())
                .contains(deep.toString());
        Value.Struct patched = client.ask(
                "id",
                Value.of(3),
                "op",
                Value.of("patch"),
                "collection",
                Value.of("cities"),
                "document",
                Value.of("deep"),
                "patch",
                deep);
        assertThat(ok(patched).find("data")).contains(deep);
        Value operation = Value.struct("op", Value.of("put"), "collection", Value.of("cities"), "data", deep);
        client.send(encodeDeep(operation));
        assertThat(ok((Value.Struct) Cbor.decode(client.connection.takeSent().get(0)))
                        .find("results"))
                .isPresent();
    }

    @Test
    void keysAndValuesAreWrittenReadAndListed() {
        client.session.keyValues().define(new BucketDefinition("sessions", false, Map.of()));
        Value.Struct put = Value.struct(
                "op", Value.of("put"), "key", Value.of("ann/a"), "text", Value.of("one"), "ifAbsent", Value.TRUE);
        Value.Struct committed = ok(commit(1, put));
        assertThat(committed.toString()).contains("ann/a", "created");
        assertThat(commit(2, put).toString()).contains("REVISION_CONFLICT", "currentRevision");
        Value.Struct entry = (Value.Struct) ok(client.ask(
                        "id",
                        Value.of(3),
                        "op",
                        Value.of("kv.get"),
                        "bucket",
                        Value.of("sessions"),
                        "key",
                        Value.of("ann/a")))
                .find("entry")
                .orElseThrow();
        assertThat(entry.findText("value")).contains("b25l");
        assertThat(ok(client.ask(
                                "id",
                                Value.of(4),
                                "op",
                                Value.of("kv.list"),
                                "bucket",
                                Value.of("sessions"),
                                "prefix",
                                Value.of("ann/")))
                        .toString())
                .contains("ann/a");
        assertThat(errorCode(client.ask(
                        "id",
                        Value.of(5),
                        "op",
                        Value.of("kv.get"),
                        "bucket",
                        Value.of("sessions"),
                        "key",
                        Value.of("none"))))
                .isEqualTo(ErrorCode.KEY_NOT_FOUND.name());
        assertThat(errorCode(client.ask(
                        "id", Value.of(6), "op", Value.of("kv.get"), "bucket", Value.of("none"), "key", Value.of("a"))))
                .isEqualTo(ErrorCode.BUCKET_NOT_FOUND.name());
        assertThat(errorCode(client.ask(
                        "id",
                        Value.of(7),
                        "op",
                        Value.of("kv.get"),
                        "bucket",
                        Value.of("sessions"),
                        "key",
                        Value.of("a\u0000b"))))
                .isEqualTo(ErrorCode.KEY_INVALID.name());
        assertThat(errorCode(client.ask(
                        "id",
                        Value.of(8),
                        "op",
                        Value.of("kv.list"),
                        "bucket",
                        Value.of("sessions"),
                        "limit",
                        Value.of(0))))
                .isEqualTo(ErrorCode.BAD_REQUEST.name());
        assertThat(errorCode(client.ask(
                        "id",
                        Value.of(9),
                        "op",
                        Value.of("kv.commit"),
                        "bucket",
                        Value.of("sessions"),
                        "operations",
                        Value.array())))
                .isEqualTo(ErrorCode.BAD_REQUEST.name());
    }

    private Value.Struct commit(int id, Value.Struct operation) {
        return client.ask(
                "id", Value.of(id),
                "op", Value.of("kv.commit"),
                "bucket", Value.of("sessions"),
                "operations", Value.array(operation));
    }

    @Test
    void aValueThatNoFrameCanCarryIsLeftToHttp() {
        client.session.keyValues().define(new BucketDefinition("sessions", false, Map.of()));
        client.session
                .keyValues()
                .commit(
                        "sessions",
                        List.of(new KeyValueOperation.Put(
                                "large",
                                KeyValueForm.BYTES_TYPE,
                                new byte[Limits.FRAME_BYTES],
                                Optional.empty(),
                                Precondition.ANY)));
        assertThat(errorCode(client.ask(
                        "id",
                        Value.of(1),
                        "op",
                        Value.of("kv.get"),
                        "bucket",
                        Value.of("sessions"),
                        "key",
                        Value.of("large"))))
                .isEqualTo(ErrorCode.TOO_LARGE.name());
    }

    @Test
    void aLoginInTwoStepsIsDoneAfterTheSecond() {
        Identity before = client.session.identity();
        client.logins.admit(new Identity("u2", "bob", Client.ANN.role(), Optional.empty(), Optional.empty()));
        Value.Struct half = ok(client.ask(
                "id", Value.of(1),
                "op", Value.of("login"),
                "method", Value.of(MemoryLogins.TWO_STEPS),
                "identifier", Value.of("bob"),
                "password", Value.of(MemoryLogins.PASSWORD)));
        assertThat(half.find("challenge"))
                .contains(Value.struct(
                        "message",
                        Value.of("Type the code."),
                        "fields",
                        Value.array(Value.struct(
                                "name", Value.of("code"), "label", Value.of("Code"), "type", Value.of("code")))));
        assertThat(half.findInt("expiresIn")).contains(300L);
        assertThat(half.find("accessToken")).isEmpty();
        assertThat(client.session.identity()).isEqualTo(before);

        Value login = half.find("login").orElseThrow();
        Value.Struct done = ok(answer(3, login, MemoryLogins.CODE));
        assertThat(done.find("accessToken")).isPresent();
        assertThat(client.session.identity().name()).isEqualTo("bob");
        assertThat(errorCode(answer(4, login, MemoryLogins.CODE))).isEqualTo("LOGIN_EXPIRED");
        assertThat(errorCode(client.ask("id", Value.of(5), "op", Value.of("login"), "login", login)))
                .isEqualTo("BAD_REQUEST");
    }

    private Value.Struct answer(long id, Value login, String code) {
        return client.ask(
                "id", Value.of(id),
                "op", Value.of("login"),
                "login", login,
                "answers", Value.struct("code", Value.of(code)));
    }

    @Test
    void anExpiredTokenFailsRequestsUntilTheClientLogsInAgain() {
        Identity expired =
                new Identity("u1", "ann", Client.ANN.role(), Optional.empty(), Optional.of(Client.CLOCK.instant()));
        client.session.authenticate(expired);
        assertThat(errorCode(put(1, Value.Struct.EMPTY))).isEqualTo("TOKEN_EXPIRED");
        assertThat(errorCode(client.ask(
                        "id", Value.of(2), "op", Value.of("login"), "token", Value.of(client.logins.issue(expired)))))
                .isEqualTo("TOKEN_EXPIRED");
        ok(client.ask("id", Value.of(3), "op", Value.of("ping")));

        Identity renewed = new Identity(
                "u1",
                "ann",
                Client.ANN.role(),
                Optional.empty(),
                Optional.of(Client.CLOCK.instant().plus(Duration.ofMinutes(1))));
        ok(client.ask("id", Value.of(4), "op", Value.of("login"), "token", Value.of(client.logins.issue(renewed))));
        ok(put(5, Value.Struct.EMPTY));
        assertThat(client.session.identity()).isEqualTo(renewed);
    }

    @Test
    void theNextVersionGoesOnNumberingWhereThisOneStopped() {
        assertThat(subscribe(client, 1)).isEqualTo(SubscriptionOperations.FIRST_CHOSEN_BY_SERVER);
        StateRecord state = client.codec.save().orElseThrow();
        assertThat(subscribe(new Client(Optional.of(state)), 1))
                .isEqualTo(SubscriptionOperations.FIRST_CHOSEN_BY_SERVER + 1);
    }

    @Test
    void stateOfAnUnknownVersionIsRefused() {
        StateRecord state = new StateRecord(99, Cbor.encode(Value.Struct.EMPTY));
        assertThatExceptionOfType(PatchbayException.class)
                .isThrownBy(() -> client.protocol.open(client.connection, Optional.of(state)))
                .withMessageContaining("version 99");
    }

    @Test
    void noFrameGetsMoreThanAReplyOrAClose() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> good = List.of(
                Cbor.encode(Value.struct(
                        "id",
                        Value.of(1),
                        "op",
                        Value.of("query"),
                        "collection",
                        Value.of("cities"),
                        "limit",
                        Value.of(10))),
                Cbor.encode(Value.struct(
                        "id",
                        Value.of(70000),
                        "op",
                        Value.of("put"),
                        "collection",
                        Value.of("cities"),
                        "data",
                        Value.struct("a", Value.array(Value.of(0.1), Value.NULL)))));
        Codec codec = client.codec;
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = good.get(i % good.size()).clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
            }
            try {
                codec.onMessage(
                        ByteBuffer.wrap(frame, 0, random.nextInt(3) == 0 ? random.nextInt(frame.length) : frame.length),
                        false);
                assertThat(client.connection.takeSent())
                        .as("seed %d", seed)
                        .hasSize(1)
                        .noneMatch(PatchbayCodecTest::isInternal);
            } catch (PatchbayException closing) {
                assertThat(closing.code())
                        .as("seed %d", seed)
                        .isIn(
                                ErrorCode.MALFORMED,
                                ErrorCode.BAD_REQUEST,
                                ErrorCode.VALUE_INVALID,
                                ErrorCode.LIMIT_EXCEEDED);
            }
        }
    }

    private static boolean isInternal(byte[] reply) {
        return new String(reply, StandardCharsets.ISO_8859_1).contains("INTERNAL");
    }

    private Value.Struct put(long id, Value.Struct data) {
        return client.ask(
                "id",
                Value.of(id),
                "op",
                Value.of("put"),
                "collection",
                Value.of("cities"),
                "document",
                Value.of("deep"),
                "data",
                data);
    }

    private static byte[] encodeDeep(Value operation) {
        Value.Struct fields = (Value.Struct) operation;
        CborWriter out = new CborWriter();
        out.startMap(3)
                .text("id")
                .integer(9)
                .text("op")
                .text("transaction")
                .text("operations")
                .startArray(1)
                .startMap(fields.fields().size());
        fields.fields().forEach((name, value) -> out.text(name).value(value));
        return out.toByteArray();
    }

    private static Value.Struct nested(int depth) {
        Value.Struct value = Value.Struct.EMPTY;
        for (int i = 1; i < depth; i++) {
            value = Value.struct("a", value);
        }
        return value;
    }

    private static long subscribe(Client client, long id) {
        Value.Struct reply = client.ask(
                "id",
                Value.of(id),
                "op",
                Value.of("subscribe"),
                "mode",
                Value.of("watch"),
                "collection",
                Value.of("cities"));
        return ok(reply).findInt("subscription").orElseThrow();
    }
}
