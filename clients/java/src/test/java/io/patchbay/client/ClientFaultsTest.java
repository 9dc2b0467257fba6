package io.patchbay.client;

import static io.patchbay.client.ScriptedNode.changes;
import static io.patchbay.client.ScriptedNode.delete;
import static io.patchbay.client.ScriptedNode.put;
import static io.patchbay.client.ScriptedNode.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong between a client and its node, on a node that a test scripts. */
@Timeout(60)
class ClientFaultsTest {
    private final ScriptedNode node = new ScriptedNode();
    private final List<Optional<Tokens>> kept = new CopyOnWriteArrayList<>();
    private final ClientOptions options =
            ClientOptions.of(URI.create("http://node")).onTokens(kept::add);
    private PatchbayClient client = node.client(options);
    private DocumentCollection documents = client.collection("c");

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void writeIsSentAgainUnderTheSameKeyWhenTheConnectionEndsBeforeTheAnswer() {
        node.answer = (request, line) -> {
            if (node.lines.size() == 1) {
                line.end("");
            } else {
                line.reply(request, ScriptedNode.WRITTEN);
            }
        };
        assertThat(documents.put("a", Value.Struct.EMPTY).join().revision()).isEqualTo(2);
        assertThat(node.requests).hasSize(2);
        assertThat(node.requests.get(0).findText("key").orElseThrow()).hasSize(32);
        assertThat(node.requests.get(1).find("key"))
                .isEqualTo(node.requests.get(0).find("key"));
    }

    @Test
    void callIsTriedAgainWhileTheNodeIsOverloadedAndNotWhenItIsRefused() {
        AtomicInteger answers = new AtomicInteger();
        node.answer = (request, line) -> {
            if (answers.incrementAndGet() < 3) {
                line.refuse(request, "OVERLOADED", true);
            } else {
                line.reply(request, ScriptedNode.WRITTEN);
            }
        };
        documents.put("a", Value.Struct.EMPTY).join();
        node.answer = (request, line) -> line.refuse(request, "REVISION_CONFLICT", false);
        assertThat(failure(documents.put("a", Value.Struct.EMPTY)).is(ErrorCode.REVISION_CONFLICT))
                .isTrue();
        assertThat(node.requests).hasSize(4);
    }

    @Test
    void writeThatNoFrameCanHoldIsRefusedHereAndTheConnectionGoesOn() {
        node.answer = (request, line) -> line.reply(request, ScriptedNode.WRITTEN);
        Value.Struct large = Value.struct("text", Value.of("x".repeat(ClientLimits.SENT_FRAME_BYTES)));
        assertThat(failure(documents.put("a", large)).code()).isEqualTo("TOO_LARGE");
        documents.put("a", Value.Struct.EMPTY).join();
        assertThat(node.lines).hasSize(1);
    }

    @Test
    void everyDocumentThatANodeTakesFitsIntoATransaction() {
        node.answer = (request, line) ->
                line.reply(request, Value.struct("position", Value.of("m1:2"), "results", Value.array()));
        Value deep = Value.of(1);
        for (int i = 0; i < 63; i++) {
            deep = Value.array(deep);
        }
        Operation put = new Operation.Put("c", Optional.empty(), Value.struct("deep", deep), Precondition.ANY);
        assertThat(client.transaction(List.of(put)).join().position()).isEqualTo("m1:2");
    }

    @Test
    void callFailsWhenItsTimeIsOverAlthoughNoConnectionEverCame() {
        node.reachable = false;
        client.close();
        client = node.client(options.callTimeout(Duration.ofMillis(300)));
        ClientException failure = failure(client.collection("c").get("a"));
        assertThat(failure.code()).isEqualTo(ClientException.DISCONNECTED);
        assertThat(failure.retryable()).isTrue();
    }

    @Test
    void callWaitsNoLongerForTheNextTryOnceTheApplicationKnowsThatTheNodeIsBack() {
        node.answer = (request, line) -> line.reply(request, ScriptedNode.WRITTEN);
        documents.put("a", Value.Struct.EMPTY).join();
        for (int asked = 0; asked < 20; asked++) {
            // The wait is random, within this: the longest of twenty is what the next try has to keep.
            node.line().end("retry in 30000 ms");
        }
        CompletableFuture<Written> call = documents.put("b", Value.Struct.EMPTY);
        client.reconnectNow();
        assertThat(call).succeedsWithin(Duration.ofSeconds(5));
        assertThat(node.lines).hasSize(2);
    }

    @Test
    void callEndsAtOnceWhenTheClientIsClosed() {
        node.answer = (request, line) -> {};
        CompletableFuture<Document> call = documents.get("a");
        await().until(() -> node.requests.size() == 1);
        client.close();
        assertThat(failure(call).code()).isEqualTo(ClientException.CLOSED);
        assertThat(failure(documents.get("a")).code()).isEqualTo(ClientException.CLOSED);
        await().until(() -> node.line().closedWith == 1000);
    }

    @Test
    void callsBeyondTheLimitWaitInOrder() {
        node.answer = (request, line) -> {};
        int more = 50;
        List<CompletableFuture<Written>> calls = IntStream.range(0, ClientLimits.CALLS_IN_FLIGHT + more)
                .mapToObj(i -> documents.put(String.valueOf(i), Value.Struct.EMPTY))
                .toList();
        await().until(() -> node.requests.size() == ClientLimits.CALLS_IN_FLIGHT);
        node.answer = (request, line) -> line.reply(request, ScriptedNode.WRITTEN);
        List.copyOf(node.requests).forEach(request -> node.line().reply(request, ScriptedNode.WRITTEN));
        calls.forEach(CompletableFuture::join);
        assertThat(node.requests.stream()
                        .map(request -> request.findText("document").orElseThrow()))
                .containsExactlyElementsOf(IntStream.range(0, calls.size())
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void answerOfAnotherProtocolFailsTheCall() {
        node.answer = (request, line) -> line.reply(request, Value.struct("document", Value.of("lyon")));
        assertThat(failure(documents.get("a")).is(ErrorCode.MALFORMED)).isTrue();
    }

    /** Every login and refresh gives the next tokens. */
    private void answerLogins(int seconds) {
        AtomicInteger number = new AtomicInteger();
        node.answer = (request, line) -> {
            boolean login = request.findText("op").orElseThrow().equals("refresh")
                    || request.find("method").isPresent();
            line.reply(
                    request,
                    login
                            ? tokens(number.incrementAndGet(), seconds)
                            : ScriptedNode.subscribed().with("user", ScriptedNode.user()));
        };
    }

    private void answerWithAChallenge() {
        node.answer = (request, line) -> line.reply(
                request,
                request.find("method").isEmpty()
                        ? tokens(1, 900)
                        : Value.struct(
                                "login", Value.of("l1"),
                                "challenge",
                                        Value.struct(
                                                "message", Value.of("Type the code."),
                                                "fields",
                                                        Value.array(Value.struct(
                                                                "name", Value.of("code"),
                                                                "label", Value.of("Code"),
                                                                "type", Value.of("code")))),
                                "expiresIn", Value.of(300)));
    }

    @Test
    void loginOfSeveralStepsAsksTheApplicationForWhatTheNodeAsksFor() {
        answerWithAChallenge();
        User user = client.loginBy("two-steps", Map.of("identifier", "ann"), challenge -> {
                    assertThat(challenge.message()).isEqualTo("Type the code.");
                    assertThat(challenge.fields()).containsExactly(new LoginChallenge.Field("code", "Code", "code"));
                    return CompletableFuture.completedFuture(Map.of("code", "123"));
                })
                .join();
        assertThat(user.name()).isEqualTo("ann");
        assertThat(client.tokens().orElseThrow().accessToken()).isEqualTo("access-1");
        Value.Struct answer = node.requests.get(1);
        assertThat(answer.findText("login")).hasValue("l1");
        assertThat(answer.find("answers")).hasValue(Value.struct("code", Value.of("123")));
    }

    @Test
    void loginWhoseQuestionsNobodyAnswersSaysWhatIsAskedFor() {
        answerWithAChallenge();
        ClientException failure = failure(client.login("ann", "right"));
        assertThat(failure.is(ErrorCode.LOGIN_FAILED)).isTrue();
        assertThat(failure).hasMessageContaining("Type the code.");
        assertThat(client.tokens()).isEmpty();
    }

    @Test
    void loginIsRenewedBeforeItEnds() {
        answerLogins(1);
        assertThat(client.login("ann", "secret").join().name()).isEqualTo("ann");
        await().until(() -> kept.size() >= 3);
        assertThat(kept.stream().limit(3).map(tokens -> tokens.orElseThrow().refreshToken()))
                .containsExactly("refresh-1", "refresh-2", "refresh-3");
        assertThat(node.asked("refresh").stream().limit(2).map(request -> request.findText("refreshToken")))
                .containsExactly(Optional.of("refresh-1"), Optional.of("refresh-2"));
        assertThat(kept.get(0).orElseThrow().toString()).doesNotContain("refresh-1", "access-1");
    }

    @Test
    void loginIsRenewedOnceForAllCallsThatMetItsEnd() {
        answerLogins(1000);
        client.login("ann", "secret").join();
        var good = node.answer;
        List<Value.Struct> met = new CopyOnWriteArrayList<>();
        node.answer = (request, line) -> {
            if (request.findText("op").orElseThrow().equals("delete") && met.size() < 3) {
                met.add(request);
                // All of them at once: one that was sent later would rightly be renewed for again.
                if (met.size() == 3) {
                    met.forEach(each -> line.refuse(each, "TOKEN_EXPIRED", false));
                }
            } else if (request.findText("op").orElseThrow().equals("delete")) {
                line.reply(request, ScriptedNode.WRITTEN);
            } else {
                good.accept(request, line);
            }
        };
        Stream.of("a", "b", "c").map(documents::delete).toList().forEach(CompletableFuture::join);
        assertThat(node.asked("refresh")).hasSize(1);
    }

    @Test
    void subscriptionThatEndedWithItsTokenGoesOnWithTheNext() {
        answerLogins(1000);
        client.login("ann", "secret").join();
        Log log = new Log();
        documents.changes(Interest.all(), log).join();
        node.line().push(changes(9, delete("a", 9)));
        node.line().push(ended("TOKEN_EXPIRED"));
        await().until(() -> node.asked("subscribe").size() == 2);
        assertThat(node.asked("refresh")).hasSize(1);
        assertThat(node.asked("subscribe").get(1).findText("since")).contains("m1:9");
        node.line().push(changes(10, delete("b", 10)));
        await().until(() -> log.positions.equals(List.of("m1:9", "m1:10")));
        assertThat(log.ends).isEmpty();
    }

    @Test
    void loginThatTheNodeEndsIsOverForEverySubscription() {
        answerLogins(1000);
        client.login("ann", "secret").join();
        Log log = new Log();
        documents.changes(Interest.all(), log).join();
        node.answer = (request, line) -> {
            boolean refresh = request.findText("op").orElseThrow().equals("refresh");
            line.refuse(request, refresh ? "LOGIN_FAILED" : "TOKEN_EXPIRED", false);
        };
        node.line().end("");
        await().until(() -> log.ends.equals(List.of("LOGIN_FAILED")));
        await().until(() -> kept.get(kept.size() - 1).isEmpty());
        assertThat(client.tokens()).isEmpty();
        assertThat(node.line().closedWith).isEqualTo(1000);
    }

    @Test
    void reconnectThatBreaksOffIsTriedAgainAndGoesOnBehindTheLastPosition() {
        Log log = new Log();
        documents.changes(Interest.in("n > 1"), log).join();
        node.line().push(changes(5, put("a", 5)));
        await().until(() -> log.positions.size() == 1);
        node.answer = (request, line) -> {
            if (node.lines.size() < 4) {
                line.end("retry in 50 ms");
            } else {
                line.reply(request, ScriptedNode.subscribed());
            }
        };
        node.line().end("");
        await().until(() -> node.asked("subscribe").size() == 4);
        assertThat(node.lines).hasSize(4);
        assertThat(node.asked("subscribe").subList(1, 4))
                .allMatch(request -> request.findText("since").equals(Optional.of("m1:5"))
                        && request.findText("filter").equals(Optional.of("n > 1")));
    }

    @Test
    void logWhoseListenerFallsBehindStopsTheNodeAndMissesNothing() {
        int events = 4 * ClientLimits.QUEUED_EVENTS;
        CountDownLatch reading = new CountDownLatch(1);
        Log log = new Log() {
            @Override
            public void onChanges(List<DocumentChange> changes, String position) {
                awaitLatch(reading);
                super.onChanges(changes, position);
            }
        };
        // The node sends every change behind the position, whether the client is quick enough or not.
        node.answer = (request, line) -> {
            line.reply(request, ScriptedNode.subscribed());
            if (request.findText("op").orElseThrow().equals("subscribe")) {
                int from = request.findText("since")
                        .map(since -> Integer.parseInt(since.substring(3)))
                        .orElse(0);
                IntStream.rangeClosed(from + 1, events).forEach(offset -> line.push(changes(offset, put("a", offset))));
            }
        };
        documents.changes(Interest.all(), log).join();
        await().until(() -> node.asked("unsubscribe").size() == 1);
        reading.countDown();
        await().until(() -> log.positions.size() >= events);
        assertThat(log.positions)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, events)
                        .mapToObj(offset -> "m1:" + offset)
                        .toList());
        assertThat(node.asked("subscribe")).hasSizeGreaterThan(1);
    }

    @Test
    void slowWatcherSeesTheNewestStateWhole() {
        CountDownLatch seeing = new CountDownLatch(1);
        List<Map<String, Long>> states = new CopyOnWriteArrayList<>();
        documents
                .watch(Interest.all(), (state, position) -> {
                    Map<String, Long> revisions = new ConcurrentHashMap<>();
                    state.forEach((id, document) -> revisions.put(id, document.revision()));
                    states.add(revisions);
                    awaitLatch(seeing);
                })
                .join();
        node.line().push(snapshot(false, "a"));
        node.line().push(snapshot(true, "b"));
        await().until(() -> states.size() == 1);
        node.line().push(changes(2, put("a", 2)));
        node.line().push(changes(3, put("c", 3), delete("b", 3)));
        node.line().push(changes(4, put("a", 4)));
        documents.delete("x").exceptionally(notOfThisTest -> null).join();
        seeing.countDown();
        await().until(() -> states.size() == 2);
        assertThat(states).containsExactly(Map.of("a", 1L, "b", 1L), Map.of("a", 4L, "c", 3L));
    }

    @Test
    void listenerThatFailsStopsNothingAndOneThatWaitsForACallIsAnswered() {
        List<String> seen = new CopyOnWriteArrayList<>();
        node.answer = (request, line) -> line.reply(
                request,
                request.findText("op").orElseThrow().equals("subscribe")
                        ? ScriptedNode.subscribed()
                        : ScriptedNode.WRITTEN);
        documents
                .changes(Interest.all(), (changes, position) -> {
                    documents.put("b", Value.Struct.EMPTY).join();
                    seen.add(position);
                    throw new IllegalStateException("the listener's own");
                })
                .join();
        node.line().push(changes(2));
        node.line().push(changes(3));
        await().until(() -> seen.equals(List.of("m1:2", "m1:3")));
    }

    @Test
    void nothingFollowsTheEndOfASubscription() {
        Log log = new Log();
        Subscription subscription = documents.changes(Interest.all(), log).join();
        subscription.close();
        await().until(() -> node.asked("unsubscribe").size() == 1);
        node.line().push(changes(2, put("a", 2)));
        documents.delete("x").exceptionally(notOfThisTest -> null).join();
        assertThat(log.positions).isEmpty();
    }

    static Stream<Arguments> hostileMessages() {
        Value.Struct event = changes(2);
        byte[] nested = new byte[100_000];
        Arrays.fill(nested, (byte) 0x81);
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("half a map", new byte[] {(byte) 0xa2, 0x62, 0x69, 0x64}),
                Arguments.of("a number", Cbor.encode(Value.of(7))),
                Arguments.of("an array", Cbor.encode(Value.array(Value.of(1)))),
                Arguments.of("a map nested without end", nested),
                Arguments.of("a reply without a result", Cbor.encode(Value.struct("id", Value.of(1)))),
                Arguments.of("a reply that is a list", reply("ok", Value.array())),
                Arguments.of("an error without a code", reply("error", Value.struct("message", Value.of("x")))),
                Arguments.of("an unknown event", Cbor.encode(event.with("event", Value.of("boom")))),
                Arguments.of("an event at no position", Cbor.encode(event.with("position", Value.of(7)))),
                Arguments.of("changes that are a text", Cbor.encode(event.with("changes", Value.of("x")))),
                Arguments.of("a change of nothing", Cbor.encode(changes(2, Value.struct("op", Value.of("put"))))),
                Arguments.of(
                        "a change by an unknown op",
                        Cbor.encode(changes(2, delete("a", 1).with("op", Value.of("move"))))),
                Arguments.of(
                        "a change at no time",
                        Cbor.encode(changes(2, put("a", 1).with("updatedAt", Value.of("yesterday"))))),
                Arguments.of(
                        "a length of 16 EiB",
                        new CborWriter().startArray(1).raw(hugeText()).toByteArray()),
                Arguments.of("bytes that are no UTF-8", new byte[] {0x62, (byte) 0xc3, 0x28}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileMessages")
    void hostileMessageEndsTheConnectionAndTheNextResumes(String name, byte[] message) {
        Log log = new Log();
        documents.changes(Interest.all(), log).join();
        ScriptedNode.Line first = node.line();
        first.pushBytes(message);
        first.push(changes(99, put("a", 99)));
        await().until(() -> node.asked("subscribe").size() == 2);
        assertThat(first.closedWith).isEqualTo(4002);
        assertThat(node.asked("subscribe").get(1).findText("since")).contains("m1:1");
        assertThat(log.positions).isEmpty();
    }

    @Test
    void messageForNobodyIsNothing() {
        node.answer = (request, line) -> {
            line.push(changes(2).with("sub", Value.of(4711)));
            line.push(Value.struct("id", Value.of(4711), "ok", Value.Struct.EMPTY));
            line.reply(request, ScriptedNode.WRITTEN);
        };
        documents.put("a", Value.Struct.EMPTY).join();
        assertThat(node.line().closedWith).isZero();
    }

    /** A subscriber that keeps what it hears. */
    private static class Log implements ChangesListener {
        final List<String> positions = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();

        @Override
        public void onChanges(List<DocumentChange> changes, String position) {
            positions.add(position);
        }

        @Override
        public void onEnd(ClientException reason) {
            ends.add(reason.code());
        }
    }

    private static Value.Struct snapshot(boolean last, String id) {
        return Value.struct(
                "sub", Value.of(1),
                "event", Value.of("snapshot"),
                "position", Value.of("m1:1"),
                "items", Value.array(put(id, 1)),
                "last", Value.of(last));
    }

    private static Value.Struct ended(String code) {
        return Value.struct(
                "sub", Value.of(1), "event", Value.of("end"), "code", Value.of(code), "message", Value.of("Over."));
    }

    private static byte[] reply(String field, Value value) {
        return Cbor.encode(Value.struct("id", Value.of(1), field, value));
    }

    private static byte[] hugeText() {
        byte[] head = new byte[9];
        Arrays.fill(head, (byte) 0xff);
        head[0] = 0x7b;
        return (new String(head, StandardCharsets.ISO_8859_1) + "abc").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ClientException failure(CompletableFuture<?> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            return (ClientException) e.getCause();
        }
        throw new AssertionError("it did not fail");
    }
}
