package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpStream;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Live queries as server-sent events, for browsers' {@code EventSource} and for where WebSocket is blocked. */
final class EventRoutes {
    private static final String CONTENT_TYPE = "text/event-stream";
    private static final long SUBSCRIPTION = 1;

    private final LiveSessions sessions;
    private final Logins logins;
    private final Callers callers;
    private final EventStreams streams;
    private final Clock clock;

    EventRoutes(LiveSessions sessions, Logins logins, Callers callers, EventStreams streams, Clock clock) {
        this.sessions = sessions;
        this.logins = logins;
        this.callers = callers;
        this.streams = streams;
        this.clock = clock;
    }

    /** Subscribes before it answers, so that what is wrong with the request is said as everywhere; the engine holds events back until the answer is on its way. */
    CompletionStage<HttpResponse> open(Call call) {
        SubscribeRequest request = request(call);
        EventStream stream = streams.open(caller(call), request.mode());
        LiveSession session = sessions.open(call.identity(), stream);
        stream.use(session);
        return subscribe(stream, session, request)
                // The login may have ended before the session was there to hear of it.
                .thenCompose(subscribed -> callers.identify(Route.Access.TICKET, call.request()))
                .thenApply(identity -> stream(call, stream, stream::close))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        stream.close();
                    }
                });
    }

    /** @param close for who asks without wanting to read */
    static HttpResponse stream(Call call, HttpStream stream, Runnable close) {
        if (call.request().method().equals("HEAD")) {
            close.run();
        }
        return HttpResponse.of(200, CONTENT_TYPE, stream)
                .with("Cache-Control", "no-store")
                // What else nginx would hold back until its buffer is full.
                .with("X-Accel-Buffering", "no");
    }

    private CompletionStage<Void> subscribe(EventStream stream, LiveSession session, SubscribeRequest request) {
        return session.subscribe(SUBSCRIPTION, request)
                .thenAccept(position ->
                        stream.subscribedAt(position, request.since().isPresent()))
                .exceptionallyCompose(failure -> Failures.unwrap(failure) instanceof PatchbayException known
                                && known.code() == ErrorCode.HISTORY_GONE
                                && request.mode() == Mode.WATCH
                                && request.since().isPresent()
                        ? subscribeAnew(stream, session, request, known)
                        : CompletableFuture.failedFuture(failure));
    }

    /** An {@code EventSource} gives up at any answer but a stream, so a state that can't be carried on is sent anew in one. */
    private CompletionStage<Void> subscribeAnew(
            EventStream stream, LiveSession session, SubscribeRequest request, PatchbayException gone) {
        stream.beginWithReload(gone);
        return subscribe(
                stream,
                session,
                new SubscribeRequest(request.mode(), request.collection(), request.filter(), Optional.empty()));
    }

    CompletionStage<HttpResponse> ticket(Call call) {
        Identity identity = call.identity();
        if (identity.isAnonymous()) {
            throw Callers.unauthenticated();
        }
        return logins.issueTicket(identity)
                .thenApply(ticket -> Answer.json(
                                201,
                                Value.struct("ticket", Value.of(ticket), "expiresIn", Value.of(secondsLeft(identity))))
                        .with("Cache-Control", "no-store"));
    }

    private long secondsLeft(Identity identity) {
        return identity.expiresAt()
                .map(end -> Math.max(0, Duration.between(clock.instant(), end).toSeconds()))
                .orElse(0L);
    }

    private static SubscribeRequest request(Call call) {
        String collection = call.query("collection")
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The query parameter 'collection' is missing.",
                        Map.of("field", "collection")));
        // A browser keeps the address of a stream, and says in the header how far it has come since.
        Optional<Position> since = call.request()
                .findHeader("last-event-id")
                .filter(id -> !id.isEmpty())
                .or(() -> call.query("since"))
                .map(Position::parse);
        return new SubscribeRequest(mode(call), collection, call.query("filter"), since);
    }

    private static Mode mode(Call call) {
        String text = call.query("mode").orElse("watch");
        return switch (text) {
            case "watch" -> Mode.WATCH;
            case "changes" -> Mode.CHANGES;
            default ->
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "'mode' must be watch or changes, not '" + Text.shortened(text) + "'."
                                + Nearest.hint(text, Set.of("watch", "changes")),
                        Map.of("field", "mode"));
        };
    }

    /** Strangers are told apart by their address alone, so that none of them uses up the others' streams. */
    static String caller(Call call) {
        return call.identity().isAnonymous()
                ? "address " + call.request().remoteAddress()
                : "account " + call.identity().id();
    }
}
