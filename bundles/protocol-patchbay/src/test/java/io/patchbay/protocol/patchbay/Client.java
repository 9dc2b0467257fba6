package io.patchbay.protocol.patchbay;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.testkit.session.MemoryDocuments;
import io.patchbay.testkit.session.MemoryLogins;
import io.patchbay.testkit.session.MemoryMetrics;
import io.patchbay.testkit.session.MemorySession;
import io.patchbay.testkit.session.RecordingConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One client on a codec, with everything behind it in memory. */
final class Client {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    static final Identity ANN = new Identity("u1", "ann", Optional.of(Role.ADMIN), Optional.of("f1"), Optional.empty());

    final MemoryLogins logins = new MemoryLogins(CLOCK);
    final MemorySession session = new MemorySession(Identity.ANONYMOUS, new MemoryDocuments("cities"));
    final RecordingConnection connection = new RecordingConnection(session);
    final MemoryMetrics metrics = new MemoryMetrics();
    final PatchbayProtocol protocol = new PatchbayProtocol(logins, metrics, CLOCK);
    final Codec codec;

    Client() {
        this(Optional.empty());
    }

    Client(Optional<StateRecord> state) {
        logins.admit(ANN);
        codec = protocol.open(connection, state);
    }

    void send(byte[] frame) {
        codec.onMessage(ByteBuffer.wrap(frame), false);
    }

    /** The one reply to a request. */
    Value.Struct ask(Object... namesAndValues) {
        // Field by field: a message may be nested deeper than a value.
        Map<String, Value> fields = Value.struct(namesAndValues).fields();
        CborWriter frame = new CborWriter().startMap(fields.size());
        fields.forEach((name, value) -> frame.text(name).value(value));
        send(frame.toByteArray());
        List<byte[]> sent = connection.takeSent();
        assertThat(sent).hasSize(1);
        return (Value.Struct) Cbor.decodeEnvelope(sent.get(0));
    }

    static Value.Struct ok(Value.Struct reply) {
        return reply.find("ok").map(Value.Struct.class::cast).orElseThrow(() -> new AssertionError(reply));
    }

    static Value.Struct error(Value.Struct reply) {
        return reply.find("error").map(Value.Struct.class::cast).orElseThrow(() -> new AssertionError(reply));
    }

    static String errorCode(Value.Struct reply) {
        return error(reply).findText("code").orElseThrow();
    }
}
