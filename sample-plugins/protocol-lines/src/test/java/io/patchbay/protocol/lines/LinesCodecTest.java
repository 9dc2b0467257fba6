package io.patchbay.protocol.lines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.testkit.session.MemoryDocuments;
import io.patchbay.testkit.session.MemoryLogins;
import io.patchbay.testkit.session.MemoryMetrics;
import io.patchbay.testkit.session.MemorySession;
import io.patchbay.testkit.session.RecordingConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesCodecTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final Identity ANN =
            new Identity("u1", "ann", Optional.of(Role.ADMIN), Optional.of("f1"), Optional.empty());

    private final MemoryLogins logins = new MemoryLogins(CLOCK);
    private final MemorySession session = new MemorySession(Identity.ANONYMOUS, new MemoryDocuments("cities"));
    private final RecordingConnection connection = new RecordingConnection(session);
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final Codec codec = new LinesProtocol(logins, metrics, CLOCK).open(connection, Optional.empty());

    @Test
    void aDocumentIsWrittenReadAndDeleted() {
        assertThat(ask("{'id':1,'op':'put','collection':'cities','document':'lyon','data':{'n':1},'ifAbsent':true}"))
                .isEqualTo("{'id':1,'ok':{'document':'lyon','revision':1}}");
        assertThat(ask("{'op':'get','id':'two','collection':'cities','document':'lyon'}"))
                .isEqualTo(
                        "{'id':'two','ok':{'id':'lyon','revision':1,'updatedAt':'2026-01-01T00:00:00.001Z','data':{'n':1}}}");
        assertThat(ask("{'op':'put','collection':'cities','document':'lyon','data':{},'ifRevision':7}"))
                .startsWith("{'id':null,'error':{'code':'REVISION_CONFLICT'");
        assertThat(ask("{'id':3,'op':'delete','collection':'cities','document':'lyon'}"))
                .isEqualTo("{'id':3,'ok':{'document':'lyon','revision':2}}");
        assertThat(ask("{'id':4,'op':'get','collection':'cities','document':'lyon'}"))
                .startsWith("{'id':4,'error':{'code':'DOCUMENT_NOT_FOUND'");
    }

    @Test
    void aLoginIsByTokenOrByAMethodAndItsFields() {
        logins.admit(ANN);
        assertThat(ask("{'id':1,'op':'login','method':'password','identifier':'ann','password':'wrong'}"))
                .startsWith("{'id':1,'error':{'code':'LOGIN_FAILED'");
        assertThat(session.identity().isAnonymous()).isTrue();
        assertThat(ask("{'id':2,'op':'login','method':'password','identifier':'ann','password':'"
                        + MemoryLogins.PASSWORD + "'}"))
                .isEqualTo("{'id':2,'ok':{'user':'ann'}}");
        assertThat(session.identity().name()).isEqualTo("ann");
        assertThat(ask("{'id':3,'op':'login','token':'" + logins.issue(ANN) + "'}"))
                .isEqualTo("{'id':3,'ok':{'user':'ann'}}");
        assertThat(ask("{'id':4,'op':'login'}")).contains("BAD_REQUEST");
    }

    @Test
    void aLoginMayTakeTwoSteps() {
        logins.admit(ANN);
        assertThat(ask("{'id':1,'op':'login','method':'" + MemoryLogins.TWO_STEPS + "','identifier':'ann','password':'"
                        + MemoryLogins.PASSWORD + "'}"))
                .isEqualTo(
                        "{'id':1,'ok':{'login':'login-1','challenge':{'message':'Type the code.','fields':[{'name':'code','label':'Code','type':'code'}]},'expiresIn':300}}");
        assertThat(session.identity().isAnonymous()).isTrue();
        assertThat(ask("{'id':2,'op':'login','login':'login-1','answers':{'code':'" + MemoryLogins.CODE + "'}}"))
                .isEqualTo("{'id':2,'ok':{'user':'ann'}}");
        assertThat(ask("{'id':3,'op':'login','login':'login-1','answers':{'code':'" + MemoryLogins.CODE + "'}}"))
                .contains("LOGIN_EXPIRED");
    }

    @Test
    void anExpiredLoginDoesNothingButLogInAgain() {
        session.authenticate(
                new Identity("u1", "ann", Optional.of(Role.ADMIN), Optional.empty(), Optional.of(CLOCK.instant())));
        assertThat(ask("{'id':1,'op':'get','collection':'cities','document':'a'}"))
                .contains("TOKEN_EXPIRED");
        assertThat(ask("{'id':2,'op':'login','token':'" + logins.issue(ANN) + "'}"))
                .contains("'ok'");
        assertThat(ask("{'id':3,'op':'ping'}")).isEqualTo("{'id':3,'ok':{}}");
    }

    @Test
    void collectionsAreWatched() {
        assertThat(ask("{'id':1,'op':'watch','sub':7,'collection':'cities','filter':'n > 1'}"))
                .isEqualTo("{'id':1,'ok':{'position':'m1:0'}}");
        assertThat(session.subscriptions()).containsOnlyKeys(7L);
        Position position = new Position("m1", 3);
        Document lyon = new Document(
                "cities", StoredDocument.of(1, "lyon", 3, CLOCK.millis(), Value.struct("name", Value.of("Lyön"))));
        assertThat(event(new SubscriptionEvent.Snapshot(7, position, List.of(lyon), true)))
                .isEqualTo(
                        "{'sub':7,'event':'snapshot','items':[{'id':'lyon','revision':3,'updatedAt':'2026-01-01T00:00:00Z','data':{'name':'Lyön'}}],'last':true,'position':'m1:3'}");
        assertThat(event(new SubscriptionEvent.Changes(
                        7,
                        position,
                        List.of(
                                new SubscriptionEvent.DocumentChange("lyon", 3, Optional.of(lyon), false),
                                new SubscriptionEvent.DocumentChange("rome", 3, Optional.empty(), true),
                                new SubscriptionEvent.DocumentChange("oslo", 3, Optional.empty(), false)))))
                .contains("'op':'put','id':'lyon'")
                .contains("{'op':'delete','id':'rome','revision':3},{'op':'remove','id':'oslo','revision':3}");
        PatchbayException reason = new PatchbayException(ErrorCode.HISTORY_GONE, "Gone.");
        assertThat(event(new SubscriptionEvent.Reload(7, reason)))
                .isEqualTo("{'sub':7,'event':'reload','code':'HISTORY_GONE','message':'Gone.'}");
        assertThat(event(new SubscriptionEvent.Ended(7, reason))).startsWith("{'sub':7,'event':'end'");
        assertThat(ask("{'id':2,'op':'unsubscribe','sub':7}")).isEqualTo("{'id':2,'ok':{}}");
        assertThat(session.subscriptions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'id':1,'op':'pong'}                       | "'id':1,'error':{'code':'BAD_REQUEST','message':'There is no such operation. Did you mean 'ping'?'"
            {'id':1,'op':'ping','more':1}              | "'id':1,'error':{'code':'UNKNOWN_FIELD'"
            {'id':1}                                   | "'id':1,'error':{'code':'BAD_REQUEST'"
            {'id':{'a':1},'op':'ping'}                 | "'id':null,'error':{'code':'BAD_REQUEST'"
            {'id':1,'id':2,'op':'ping'}                | "'code':'VALUE_INVALID'"
            {'id':1,'op':'watch','collection':'c'}     | "'id':1,'error':{'code':'BAD_REQUEST'"
            {'id':1,'op':'watch','sub':-1,'collection':'c'} | "'id':1,'error':{'code':'BAD_REQUEST'"
            []                                         | "'id':null,'error':{'code':'BAD_REQUEST'"
            "null"                                     | "'id':null,'error':{'code':'BAD_REQUEST'"
            hello                                      | "'id':null,'error':{'code':'MALFORMED'"
            {'id':1,'op':'ping'}{'id':2,'op':'ping'}   | "'code':'MALFORMED'"
            """)
    void aMistakeIsAnsweredAndTheNextLineIsServed(String line, String answer) {
        assertThat(ask(line)).contains(answer);
        assertThat(ask("{'id':9,'op':'ping'}")).isEqualTo("{'id':9,'ok':{}}");
    }

    @Test
    void bytesThatAreNoTextAndNestingWithoutEndAreRefused() {
        say(new byte[] {'"', (byte) 0xC3, '"', '\n'});
        assertThat(heard()).contains("MALFORMED");
        say(("{'id':1,'op':'put','collection':'cities','data':" + "[".repeat(100_000) + "\n")
                .replace('\'', '"')
                .getBytes(UTF_8));
        assertThat(heard()).contains("LIMIT_EXCEEDED");
        say(new byte[] {0, 1, 2, '\n'});
        assertThat(heard()).contains("MALFORMED");
        say("\n\r\n \t\n".getBytes(UTF_8));
        assertThat(connection.takeSent())
                .as("a line without anything says nothing")
                .isEmpty();
        assertThat(metrics.count("patchbay_errors_total", "protocol", "lines", "code", "MALFORMED"))
                .isEqualTo(2);
    }

    @Test
    void anEndlessLineEndsTheConnectionAndItsMemory() {
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        for (int i = 0; i < Limits.FRAME_BYTES / piece.length; i++) {
            say(piece);
        }
        assertThatThrownBy(() -> say(piece))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(metrics.count("patchbay_limit_reached_total", "protocol", "lines", "limit", "frame_bytes"))
                .isEqualTo(1);
        codec.onClosing(1009, "A line has at most 4194304 bytes.");
        assertThat(heard()).isEqualTo("{'event':'closing','code':1009,'reason':'A line has at most 4194304 bytes.'}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.1\r", "GET /api/v1/ws?x=1 HTTP/1.1", "PRI * HTTP/2.0\r", " x HTTP/1.0"})
    void aWebPageCannotSpeakToUsInTheBodyOfARequest(String line) {
        String request = line + "\nHost: localhost:7421\r\n\r\n"
                + "{\"id\":1,\"op\":\"put\",\"collection\":\"cities\",\"document\":\"a\",\"data\":{}}\n";
        assertThatThrownBy(() -> say(request.getBytes(UTF_8)))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("not HTTP");
        assertThat(connection.takeSent()).isEmpty();
        assertThat(session.documents().position().offset()).isZero();
    }

    @Test
    void aConnectionWithEnoughToDoLeavesTheNextLinesInTheChunk() {
        connection.beBusy(1);
        ByteBuffer chunk = ByteBuffer.wrap("{\"id\":1,\"op\":\"ping\"}\n".getBytes(UTF_8));
        codec.onMessage(chunk, false);
        assertThat(chunk.position()).isZero();
        codec.onMessage(chunk, false);
        assertThat(chunk.hasRemaining()).isFalse();
        assertThat(heard()).contains("ok");
    }

    /** @param line with ' for " */
    private String ask(String line) {
        say((line.replace('\'', '"') + "\n").getBytes(UTF_8));
        return heard();
    }

    private void say(byte[] bytes) {
        codec.onMessage(ByteBuffer.wrap(bytes), false);
    }

    private String event(SubscriptionEvent event) {
        codec.onEvent(event);
        return heard();
    }

    private String heard() {
        List<byte[]> sent = connection.takeSent();
        assertThat(sent).hasSize(1);
        assertThat(new String(sent.get(0), UTF_8)).endsWith("\n");
        return new String(sent.get(0), UTF_8).strip().replace('"', '\'');
    }
}
