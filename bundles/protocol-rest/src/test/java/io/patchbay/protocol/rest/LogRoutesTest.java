package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.http.HttpStream;
import io.patchbay.protocol.rest.RestNode.Answered;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogLevel;

class LogRoutesTest {
    private static final String EVENTS = "/api/v1/log/events";

    private final RestNode node = new RestNode();
    private final MemorySink sink = new MemorySink();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void theNewestLinesOfALevelAreListedInTheOrderOfTime() {
        node.log.add(LogLevel.INFO, "one");
        node.log.add(LogLevel.WARN, "two");
        node.log.add(LogLevel.DEBUG, "three");
        node.log.add(LogLevel.ERROR, "four");
        assertThat(node.admin("GET", "/api/v1/log").send().text())
                .containsSubsequence("one", "two", "four")
                .doesNotContain("three");
        assertThat(node.admin("GET", "/api/v1/log?level=debug&limit=2").send().text())
                .isEqualTo(
                        "{\"items\":[{\"number\":3,\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"debug\",\"logger\":\"test\",\"thread\":\"main\",\"message\":\"three\"},"
                                + "{\"number\":4,\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"error\",\"logger\":\"test\",\"thread\":\"main\",\"message\":\"four\"}],\"next\":null}");
        assertThat(node.admin("GET", "/api/v1/log?level=error").send().text()).doesNotContain("two");
        assertThat(node.admin("GET", "/api/v1/log?level=loud").send().detail()).contains("'level' must be");
    }

    @Test
    void whatIsLoggedFromNowOnFollows() {
        node.log.add(LogLevel.INFO, "before");
        follow("?level=warn", "").start(sink);
        node.log.add(LogLevel.INFO, "quiet");
        node.log.add(LogLevel.WARN, "loud\nand long");
        await().until(() -> sink.text().contains("id: 3\nevent: line\ndata: {\"number\":3"));
        assertThat(sink.text()).contains("loud\\nand long").doesNotContain("before", "quiet", "gap");
        sink.close();
        assertThat(node.log.listeners).isEmpty();
    }

    @Test
    void whoComesBackGetsWhatHeMissedAndIsToldOfAGap() {
        node.log.add(LogLevel.INFO, "line 1");
        node.log.add(LogLevel.INFO, "line 2");
        follow("", "1").start(sink);
        await().until(() -> sink.text().contains("line 2"));
        assertThat(sink.text()).doesNotContain("line 1", "gap");

        for (int i = 3; i <= 2 + MemoryLog.KEPT * 2; i++) {
            node.log.add(LogLevel.INFO, "line " + i);
        }
        MemorySink second = new MemorySink();
        follow("", "2").start(second);
        await().until(() -> second.text().contains("line " + (2 + MemoryLog.KEPT * 2)));
        assertThat(second.text()).containsOnlyOnce("event: gap").contains("id: 103\n");
    }

    @Test
    void whoComesBackAfterARestartIsToldOfItAndOfNoGap() {
        node.status.startedAt = Instant.ofEpochSecond(7);
        node.log.startAt(Instant.ofEpochSecond(7));
        node.log.add(LogLevel.INFO, "the first line of this run");
        follow("", "2000003").start(sink);
        await().until(() -> sink.text().contains("the first line of this run"));
        assertThat(sink.text())
                .containsSubsequence(
                        "event: restart\ndata: {\"startedAt\":\"1970-01-01T00:00:07Z\"}", "id: 7000001\nevent: line")
                .doesNotContain("gap");
        MemorySink second = new MemorySink();
        follow("", "7000001").start(second);
        assertThat(second.text()).doesNotContain("restart");
    }

    @Test
    void aSlowReaderMissesLinesAndHoldsUpNobody() {
        node.log.add(LogLevel.INFO, "before");
        follow("", "").start(sink);
        sink.setWritable(false);
        for (int i = 1; i <= MemoryLog.KEPT * 2; i++) {
            node.log.add(LogLevel.INFO, "line " + i);
        }
        sink.setWritable(true);
        await().until(() -> sink.text().contains("id: " + (MemoryLog.KEPT * 2 + 1) + "\n"));
        assertThat(sink.text()).contains("event: gap").doesNotContain("\"line 50\"");
    }

    @Test
    void theStreamEndsWithTheLoginAndWithTheRoute() {
        String token = node.logins.issue(RestNode.ADMIN);
        Answered answered = node.ask("GET", EVENTS)
                .header("Authorization", "Bearer " + token)
                .send();
        answered.response().stream().orElseThrow().start(sink);
        assertThat(sink.closed()).isFalse();
        node.ask("POST", "/api/v1/auth/logout")
                .header("Authorization", "Bearer " + token)
                .send();
        await().until(sink::closed);
        assertThat(sink.text()).contains("event: end\ndata: {\"code\":\"UNAUTHENTICATED\"}");

        MemorySink second = new MemorySink();
        follow("", "").start(second);
        second.drain();
        assertThat(second.closed()).isTrue();
        assertThat(node.log.listeners).isEmpty();
    }

    @Test
    void onlySoManyFollow() {
        for (int i = 0; i < LogRoutes.STREAMS; i++) {
            follow("", "").start(new MemorySink());
        }
        assertThat(node.admin("GET", EVENTS).send().code()).isEqualTo("OVERLOADED");
        assertThat(node.admin("GET", EVENTS).header("Last-Event-ID", "x").send().detail())
                .contains("Last-Event-ID");
    }

    private HttpStream follow(String query, String lastEventId) {
        RestNode.Ask ask = node.admin("GET", EVENTS + query);
        Answered answered = (lastEventId.isEmpty() ? ask : ask.header("Last-Event-ID", lastEventId)).send();
        assertThat(answered.status()).isEqualTo(200);
        assertThat(answered.header("Content-Type")).isEqualTo("text/event-stream");
        return answered.response().stream().orElseThrow();
    }
}
