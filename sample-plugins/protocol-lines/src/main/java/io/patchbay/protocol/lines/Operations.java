package io.patchbay.protocol.lines;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginForm;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.OperationForm;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a client can ask for. Every operation reads its fields by name, says {@link Fields#done}, which refuses the rest, and starts; none waits. */
final class Operations {
    private static final List<String> NAMES =
            List.of("login", "ping", "get", "put", "delete", "watch", "changes", "unsubscribe");
    private static final long MOST_SUBSCRIPTION = Integer.MAX_VALUE;

    private final Connection connection;
    private final Logins logins;
    private final Clock clock;

    Operations(Connection connection, Logins logins, Clock clock) {
        this.connection = connection;
        this.logins = logins;
        this.clock = clock;
    }

    CompletionStage<Body> start(Fields request) {
        String op = request.requireText("op");
        if (!op.equals("login")) {
            requireValidToken();
        }
        return switch (op) {
            case "login" -> login(request);
            case "ping" -> ping(request);
            case "get" -> get(request);
            case "put", "delete" -> write(op, request);
            case "watch" -> subscribe(Mode.WATCH, request);
            case "changes" -> subscribe(Mode.CHANGES, request);
            case "unsubscribe" -> unsubscribe(request);
            default -> throw request.refused("op", "There is no such operation." + Nearest.hint(op, NAMES));
        };
    }

    /** By an access token, by a login method and whatever that asks for, or by the answers to what it asked last. From then on the session's calls are this identity's. */
    private CompletionStage<Body> login(Fields request) {
        Optional<String> token = request.findText("token");
        if (token.isPresent()) {
            request.done();
            return logins.verify(token.get()).thenApply(this::loggedIn);
        }
        return LoginForm.step(logins, request, Set.of("id", "op"), connection.remoteAddress())
                .thenApply(outcome -> outcome instanceof LoginOutcome.LoggedIn done
                        ? loggedIn(done.tokens().identity())
                        : challenged((LoginOutcome.Challenged) outcome));
    }

    private static Body challenged(LoginOutcome.Challenged half) {
        return out -> LoginForm.describe(half)
                .fields()
                .forEach((name, value) -> out.key(name).value(value));
    }

    private Body loggedIn(Identity identity) {
        connection.session().authenticate(identity);
        return out -> out.key("user").text(identity.name());
    }

    private static CompletionStage<Body> ping(Fields request) {
        request.done();
        return CompletableFuture.completedFuture(Body.EMPTY);
    }

    private CompletionStage<Body> get(Fields request) {
        String collection = request.requireText("collection");
        String document = request.requireText("document");
        request.done();
        return connection
                .session()
                .documents()
                .get(collection, document)
                .thenApply(found -> out -> Lines.document(out, found));
    }

    /** {@code document, data, ifRevision, ifAbsent} as in every protocol, and a {@code key} that makes a repeated write harmless. */
    private CompletionStage<Body> write(String op, Fields request) {
        var operation = op.equals("put") ? OperationForm.put(request) : OperationForm.delete(request);
        Optional<String> key = OperationForm.key(request);
        request.done();
        return connection
                .session()
                .documents()
                .commit(new TransactionRequest(List.of(operation), key))
                .thenApply(result -> out -> {
                    out.key("document").text(result.written().get(0).id());
                    out.key("revision").integer(result.written().get(0).revision());
                });
    }

    /** The platform keeps the subscription, so it survives this codec; its number {@code sub} is the client's choice. */
    private CompletionStage<Body> subscribe(Mode mode, Fields request) {
        long subscription = request.requireInt("sub", 0, MOST_SUBSCRIPTION);
        SubscribeRequest wanted = new SubscribeRequest(
                mode,
                request.requireText("collection"),
                request.findText("filter"),
                request.findText("since").map(Position::parse));
        request.done();
        return connection
                .session()
                .subscribe(subscription, wanted)
                .thenApply(position -> out -> out.key("position").text(position.toString()));
    }

    private CompletionStage<Body> unsubscribe(Fields request) {
        connection.session().unsubscribe(request.requireInt("sub", 0, MOST_SUBSCRIPTION));
        request.done();
        return CompletableFuture.completedFuture(Body.EMPTY);
    }

    /** A connection may outlive its login: who wants to go on logs in again. */
    private void requireValidToken() {
        boolean expired = connection
                .session()
                .identity()
                .expiresAt()
                .filter(end -> !clock.instant().isBefore(end))
                .isPresent();
        if (expired) {
            throw new PatchbayException(ErrorCode.TOKEN_EXPIRED, "The login has expired; send 'login' again.");
        }
    }
}
