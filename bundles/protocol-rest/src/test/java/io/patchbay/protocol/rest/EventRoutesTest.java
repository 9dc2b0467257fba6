package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.protocol.rest.RestNode.Answered;
import io.patchbay.protocol.rest.RestNode.Ask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventRoutesTest {
    private static final String CITIES = "/api/v1/events?collection=cities";

    private final RestNode node = new RestNode();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void streamBeginsWithItsDelayAndWhereItBegins() {
        HandledSink sink = open(node.ask("GET", CITIES + "&filter=population%20%3E%205"));

        String text = sink.read();
        assertThat(text)
                .matches("retry: [12]\\d{3}\n\nevent: subscribed\n"
                        + "data: \\{\"event\":\"subscribed\",\"position\":\"e1:10\"}\n\n");
        assertThat(session().requests.get(0).filter()).contains("population > 5");
        assertThat(session().requests.get(0).mode()).isEqualTo(Mode.WATCH);
    }

    @Test
    void onlyTheLastPartOfASnapshotCanBeResumedFrom() {
        HandledSink sink = open(node.ask("GET", CITIES));
        sink.read();

        session().offer(new SubscriptionEvent.Snapshot(1, at(10), List.of(document("a", 3)), false));
        assertThat(sink.read())
                .isEqualTo("event: snapshot\ndata: {\"event\":\"snapshot\",\"position\":\"e1:10\","
                        + "\"last\":false,\"items\":[{\"id\":\"a\",\"revision\":3,\"updatedAt\":\"1970-01-01T00:00:00Z\","
                        + "\"data\":{\"text\":\"x\"}}]}\n\n");
        session().offer(new SubscriptionEvent.Snapshot(1, at(10), List.of(), true));
        assertThat(sink.read())
                .isEqualTo("event: snapshot\nid: e1:10\ndata: {\"event\":\"snapshot\",\"position\":\"e1:10\","
                        + "\"last\":true,\"items\":[]}\n\n");
    }

    @Test
    void changesSayWhatBecameOfEachDocument() {
        HandledSink sink = open(node.ask("GET", CITIES + "&mode=changes"));
        assertThat(sink.read()).contains("id: e1:10\nevent: subscribed\n");

        session()
                .offer(new SubscriptionEvent.Changes(
                        1,
                        at(12),
                        List.of(
                                put("a", 12),
                                new DocumentChange("b", 12, Optional.empty(), true),
                                new DocumentChange("c\n", 12, Optional.empty(), false))));
        assertThat(sink.read())
                .isEqualTo(
                        "event: changes\nid: e1:12\ndata: {\"event\":\"changes\",\"position\":\"e1:12\",\"changes\":["
                                + "{\"op\":\"put\",\"id\":\"a\",\"revision\":12,\"updatedAt\":\"1970-01-01T00:00:00Z\",\"data\":{\"text\":\"x\"}},"
                                + "{\"op\":\"delete\",\"id\":\"b\",\"revision\":12},"
                                + "{\"op\":\"remove\",\"id\":\"c\\n\",\"revision\":12}]}\n\n");
    }

    @Test
    void positionOfTheHeaderGoesBeforeTheOneOfTheAddress() {
        HandledSink sink = open(node.ask("GET", CITIES + "&since=e1:4").header("Last-Event-ID", "e1:7"));

        assertThat(session().requests.get(0).since()).contains(at(7));
        assertThat(sink.read()).contains("id: e1:7\nevent: subscribed");
        open(node.ask("GET", CITIES + "&since=e1:4").header("Last-Event-ID", ""));
        assertThat(session().requests.get(0).since()).contains(at(4));
    }

    @Test
    void watcherWhosePositionIsGoneIsToldSoAndBeginsAnew() {
        HandledSink sink = open(node.ask("GET", CITIES).header("Last-Event-ID", "e0:7"));

        assertThat(sink.read())
                .contains("event: subscribed\ndata: {\"event\":\"subscribed\",\"position\":\"e1:10\"}\n\n"
                        + "event: reload\nid:\ndata: {\"event\":\"reload\",\"code\":\"HISTORY_GONE\"")
                .doesNotContain("id: ");
        Answered refused = node.ask("GET", CITIES + "&mode=changes&since=e0:7").send();
        assertThat(refused.status()).isEqualTo(410);
        assertThat(session().closed).isTrue();
    }

    @Test
    void whatIsWrongWithTheRequestIsAnsweredBeforeTheStream() {
        assertProblem("/api/v1/events", 400, "'collection' is missing");
        assertProblem("/api/v1/events?collection=nowhere", 404, "no such collection");
        assertProblem(CITIES + "&mode=wach", 400, "Did you mean 'watch'?");
        assertProblem(CITIES + "&since=yesterday", 400, "no position");
        assertProblem(CITIES + "&sort=name", 400, "There is no query parameter 'sort'");
        assertProblem(CITIES + "&ticket=none", 401, "no ticket");
        assertThat(node.live).allMatch(session -> session.closed);
    }

    private void assertProblem(String path, int status, String detail) {
        Answered answer = node.ask("GET", path).send();
        assertThat(answer.status()).as(path).isEqualTo(status);
        assertThat(answer.detail()).as(path).contains(detail);
    }

    @Test
    void ticketSaysWhoCallsAndTheHeaderBesideItIsRefused() {
        Answered issued =
                node.as(RestNode.USER, "POST", "/api/v1/events/tickets").send();
        assertThat(issued.status()).isEqualTo(201);
        assertThat(issued.header("Cache-Control")).isEqualTo("no-store");
        String ticket = issued.json().findText("ticket").orElseThrow();

        open(node.ask("GET", CITIES + "&ticket=" + ticket));
        assertThat(session().identity()).isEqualTo(RestNode.USER);
        assertThat(node.admin("GET", CITIES + "&ticket=" + ticket).send().status())
                .isEqualTo(400);
        assertThat(node.ask("POST", "/api/v1/events/tickets").send().status()).isEqualTo(401);
        assertThat(node.ask("GET", "/api/v1/collections/cities/documents?ticket=" + ticket)
                        .send()
                        .status())
                .isEqualTo(400);
    }

    @Test
    void slowReaderHoldsBackTheEngineAndIsSentLargeEventsInParts() {
        HandledSink sink = open(node.ask("GET", CITIES));
        sink.read();
        List<DocumentChange> changes = new ArrayList<>(Collections.nCopies(200, put("a", 12, 100_000)));
        changes.add(put("last", 12, 1_000_000));

        assertThat(session().offer(new SubscriptionEvent.Changes(1, at(12), changes)))
                .isTrue();
        assertThat(session().offer(new SubscriptionEvent.Changes(1, at(13), List.of(put("b", 13)))))
                .isFalse();
        int resumed = session().resumed;
        String text = sink.readAll();
        assertThat(text).hasSizeGreaterThan(21_000_000).endsWith("}]}\n\n").contains("\"id\":\"last\"");
        assertThat(sink.most).isLessThan(HandledSink.ROOM + EventLimits.SLICE_BYTES + 1);
        assertThat(session().resumed).isEqualTo(resumed + 1);
        assertThat(session().offer(new SubscriptionEvent.Changes(1, at(13), List.of(put("b", 13)))))
                .isTrue();
    }

    @Test
    void streamThatEndsSaysWhy() {
        HandledSink sink = open(node.ask("GET", CITIES));
        sink.read();

        session().force(new SubscriptionEvent.Ended(1, new PatchbayException(ErrorCode.UNAUTHENTICATED, "Over.")));
        assertThat(sink.read())
                .isEqualTo(
                        "event: end\ndata: {\"event\":\"end\",\"code\":\"UNAUTHENTICATED\",\"message\":\"Over.\"}\n\n");
        assertThat(sink.ended).isTrue();
    }

    @Test
    void whoDoesNotReadTheEndInTimeIsCut() {
        HandledSink sink = open(node.ask("GET", CITIES));
        session().offer(new SubscriptionEvent.Changes(1, at(12), Collections.nCopies(10, put("a", 12, 100_000))));

        session().force(new SubscriptionEvent.Ended(1, new PatchbayException(ErrorCode.UNAUTHENTICATED, "Over.")));
        Awaitility.await().untilAsserted(() -> assertThat(sink.aborted).isTrue());
        assertThat(session().closed).isTrue();
    }

    @Test
    void logThatCannotBeCarriedOnKeepsItsPositionAndEnds() {
        HandledSink sink = open(node.ask("GET", CITIES + "&mode=changes"));
        sink.read();

        session().force(new SubscriptionEvent.Reload(1, new PatchbayException(ErrorCode.HISTORY_GONE, "Gone.")));
        assertThat(sink.read()).startsWith("event: reload\ndata: ").doesNotContain("id:");
        assertThat(sink.ended).isTrue();
    }

    @Test
    void streamEndsWithItsToken() {
        Identity expired = new Identity(
                "u3", "eve", Optional.of(Role.USER), Optional.of("f"), Optional.of(Instant.EPOCH.plusSeconds(1)));
        HandledSink sink = open(node.ask("GET", CITIES));
        sink.read();

        session().authenticate(expired);
        Awaitility.await().untilAsserted(() -> assertThat(sink.ended).isTrue());
        assertThat(sink.read()).contains("TOKEN_EXPIRED");
    }

    @Test
    void drainEndsTheStreamAndTheSessionSoDoesTheClient() {
        HandledSink drained = open(node.ask("GET", CITIES));
        HandledSession first = session();
        drained.drain();
        assertThat(drained.ended).isTrue();
        assertThat(first.closed).isTrue();

        HandledSink left = open(node.ask("GET", CITIES));
        left.disconnect();
        assertThat(session().closed).isTrue();
    }

    @Test
    void callerHasSoManyStreamsAndNoMore() {
        List<HandledSink> open = new ArrayList<>();
        for (int i = 0; i < EventLimits.STREAMS_PER_CALLER; i++) {
            open.add(open(node.ask("GET", CITIES)));
        }
        Answered refused = node.ask("GET", CITIES).send();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.detail()).contains("100 event streams");
        open(node.admin("GET", CITIES));
        open.get(0).disconnect();
        open(node.ask("GET", CITIES));
    }

    @Test
    void answerWithoutABodyLeavesNothingBehind() {
        Answered head = node.ask("HEAD", CITIES).send();
        assertThat(head.status()).isEqualTo(200);
        assertThat(session().closed).isTrue();
    }

    private HandledSink open(Ask ask) {
        Answered answer = ask.send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream");
        HandledSink sink = new HandledSink();
        answer.response().stream().orElseThrow().start(sink);
        return sink;
    }

    private HandledSession session() {
        return node.live.get(node.live.size() - 1);
    }

    private static Position at(long offset) {
        return new Position("e1", offset);
    }

    private static DocumentChange put(String id, long revision) {
        return new DocumentChange(id, revision, Optional.of(document(id, revision)), false);
    }

    private static DocumentChange put(String id, long revision, int chars) {
        return new DocumentChange(id, revision, Optional.of(document(id, revision, "x".repeat(chars))), false);
    }

    private static Document document(String id, long revision) {
        return document(id, revision, "x");
    }

    private static Document document(String id, long revision, String text) {
        byte[] body = Cbor.encode(Value.struct("text", Value.of(text)));
        return new Document("cities", new StoredDocument(1, id, revision, 0, body));
    }
}
