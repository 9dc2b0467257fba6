package io.patchbay.protocol.patchbay;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Connection;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Every operation of the protocol: the table of contents. Used under the connection's monitor. */
final class Operations {
    private static final List<String> NAMES = List.of(
            "login",
            "refresh",
            "logout",
            "get",
            "query",
            "put",
            "patch",
            "delete",
            "transaction",
            "kv.get",
            "kv.list",
            "kv.commit",
            "subscribe",
            "unsubscribe",
            "ping");

    private final Connection connection;
    private final Clock clock;
    private final LoginOperations logins;
    private final DocumentOperations documents;
    private final KeyValueOperations keyValues;
    private final SubscriptionOperations subscriptions;

    Operations(Connection connection, Logins logins, Clock clock, Optional<StateRecord> state) {
        this.connection = connection;
        this.clock = clock;
        this.logins = new LoginOperations(connection, logins);
        this.documents = new DocumentOperations(connection.session());
        this.keyValues = new KeyValueOperations(connection.session(), clock);
        this.subscriptions = new SubscriptionOperations(connection.session(), state);
    }

    /** @return the encoded body of the reply */
    CompletionStage<byte[]> start(Request request) {
        return switch (request.op()) {
            case "login" -> logins.login(request.fields());
            case "refresh" -> logins.refresh(request.fields());
            case "logout" -> logins.logout(request.fields());
            case "ping" -> ping(request);
            default -> {
                requireValidToken();
                yield startAsCaller(request);
            }
        };
    }

    StateRecord save() {
        return subscriptions.save();
    }

    private CompletionStage<byte[]> startAsCaller(Request request) {
        return switch (request.op()) {
            case "get" -> documents.get(request.fields());
            case "query" -> documents.query(request.fields());
            case "put" -> documents.put(request.fields());
            case "patch" -> documents.patch(request.fields());
            case "delete" -> documents.delete(request.fields());
            case "transaction" -> documents.transaction(request.fields());
            case "kv.get" -> keyValues.get(request.fields());
            case "kv.list" -> keyValues.list(request.fields());
            case "kv.commit" -> keyValues.commit(request.fields());
            case "subscribe" -> subscriptions.subscribe(request.fields());
            case "unsubscribe" -> subscriptions.unsubscribe(request.fields());
            default ->
                throw request.fields()
                        .refused(
                                "op",
                                "There is no operation '" + shortened(request.op()) + "'."
                                        + Nearest.hint(request.op(), NAMES));
        };
    }

    private static CompletionStage<byte[]> ping(Request request) {
        request.fields().done();
        return CompletableFuture.completedFuture(Replies.NOTHING);
    }

    private void requireValidToken() {
        connection
                .session()
                .identity()
                .expiresAt()
                .filter(end -> !clock.instant().isBefore(end))
                .ifPresent(end -> {
                    throw new PatchbayException(
                            ErrorCode.TOKEN_EXPIRED,
                            "The access token has expired; send 'refresh' or 'login' on this connection.");
                });
    }

    private static String shortened(String op) {
        return op.length() <= 64 ? op : op.substring(0, 64) + "...";
    }
}
