package io.patchbay.protocol.patchbay;

import static io.patchbay.protocol.patchbay.Client.errorCode;
import static io.patchbay.protocol.patchbay.Client.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.Limits;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginAnswer;
import io.patchbay.api.auth.LoginMethod;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Codec;
import io.patchbay.testkit.session.MemoryDocuments;
import io.patchbay.testkit.session.MemoryMetrics;
import io.patchbay.testkit.session.MemorySession;
import io.patchbay.testkit.session.RecordingConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RequestsInFlightTest {
    private final SlowLogins logins = new SlowLogins();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final RecordingConnection connection =
            new RecordingConnection(new MemorySession(Identity.ANONYMOUS, new MemoryDocuments()));
    private final Codec codec = new PatchbayProtocol(logins, metrics, Client.CLOCK).open(connection, Optional.empty());

    @Test
    void repliesComeAsTheyAreReadyAndNameTheirRequest() {
        login(1);
        login(2);
        logins.waiting.get(1).complete(Client.ANN);
        logins.waiting.get(0).complete(Client.ANN);
        assertThat(connection.takeSent())
                .extracting(frame -> decode(frame).findInt("id").orElseThrow())
                .containsExactly(2L, 1L);
    }

    @Test
    void beyondTheLimitARequestIsRefusedUntilAnotherIsAnswered() {
        for (int id = 0; id < Limits.REQUESTS_IN_FLIGHT_PER_CONNECTION; id++) {
            login(id);
        }
        assertThat(connection.takeSent()).isEmpty();
        login(1000);
        assertThat(errorCode(decode(connection.takeSent().get(0)))).isEqualTo("OVERLOADED");
        assertThat(metrics.count("patchbay_protocol_in_flight_refused_total", "protocol", "patchbay.v1"))
                .isEqualTo(1);
        logins.waiting.get(7).complete(Client.ANN);
        connection.takeSent();
        login(1001);
        assertThat(connection.takeSent()).isEmpty();
    }

    @Test
    void anUnexpectedFailureIsAnsweredWithoutItsDetails() {
        login(1);
        logins.waiting.get(0).completeExceptionally(new IllegalStateException("a secret of ours"));
        Value.Struct reply = decode(connection.takeSent().get(0));
        assertThat(errorCode(reply)).isEqualTo("INTERNAL");
        assertThat(reply.toString()).doesNotContain("secret");
    }

    @Test
    void aReplyThatComesAfterTheNextVersionTookOverIsSentAllTheSame() {
        login(1);
        Codec next = new PatchbayProtocol(logins, metrics, Client.CLOCK).open(connection, codec.save());
        logins.waiting.get(0).complete(Client.ANN);
        ok(decode(connection.takeSent().get(0)));
        next.onMessage(ByteBuffer.wrap(Cbor.encode(Value.struct("id", Value.of(2), "op", Value.of("ping")))), false);
        ok(decode(connection.takeSent().get(0)));
    }

    private void login(long id) {
        codec.onMessage(
                ByteBuffer.wrap(
                        Cbor.encode(Value.struct("id", Value.of(id), "op", Value.of("login"), "token", Value.of("t")))),
                false);
    }

    private static Value.Struct decode(byte[] frame) {
        return (Value.Struct) Cbor.decode(frame);
    }

    /** Verifies when the test says so. */
    private static final class SlowLogins implements Logins {
        final List<CompletableFuture<Identity>> waiting = new ArrayList<>();

        @Override
        public CompletionStage<Identity> verify(String accessToken) {
            CompletableFuture<Identity> identity = new CompletableFuture<>();
            waiting.add(identity);
            return identity;
        }

        @Override
        public List<String> methods() {
            return List.of();
        }

        @Override
        public CompletionStage<List<LoginMethod>> describeMethods() {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<LoginOutcome> login(LoginRequest request) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<LoginOutcome> answer(LoginAnswer answer) {
            return new CompletableFuture<>();
        }

        @Override
        public long countHalfDone(String method) {
            return 0;
        }

        @Override
        public CompletionStage<Tokens> refresh(String refreshToken) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> logout(String refreshToken) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> logout(Identity identity) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<String> issueTicket(Identity identity) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Identity> verifyTicket(String ticket) {
            return new CompletableFuture<>();
        }

        @Override
        public String jwks() {
            return "{\"keys\":[]}";
        }
    }
}
