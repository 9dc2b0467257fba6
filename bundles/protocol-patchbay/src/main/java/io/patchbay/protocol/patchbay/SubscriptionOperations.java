package io.patchbay.protocol.patchbay;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code subscribe, unsubscribe}. The platform keeps the subscriptions; here is only the next number for those who leave the choice to the server. */
final class SubscriptionOperations {
    static final int STATE_VERSION = 1;
    /** Clients number below this, the server from here on, so that they can't meet. */
    static final long FIRST_CHOSEN_BY_SERVER = 1L << 32;

    private final Session session;
    private long nextNumber;

    SubscriptionOperations(Session session, Optional<StateRecord> state) {
        this.session = session;
        this.nextNumber = state.map(SubscriptionOperations::restore).orElse(FIRST_CHOSEN_BY_SERVER);
    }

    CompletionStage<byte[]> subscribe(Fields fields) {
        Mode mode = mode(fields);
        SubscribeRequest request = new SubscribeRequest(
                mode,
                fields.requireText("collection"),
                fields.findText("filter"),
                fields.findText("since").map(Position::parse));
        Optional<Long> chosen = fields.findInt("subscription", 0, FIRST_CHOSEN_BY_SERVER - 1);
        fields.done();
        long subscription = chosen.orElseGet(() -> nextNumber++);
        return session.subscribe(subscription, request).thenApply(position -> subscribed(subscription, position));
    }

    CompletionStage<byte[]> unsubscribe(Fields fields) {
        long subscription = fields.requireInt("subscription", 0, Long.MAX_VALUE);
        fields.done();
        session.unsubscribe(subscription);
        return CompletableFuture.completedFuture(Replies.NOTHING);
    }

    StateRecord save() {
        return new StateRecord(STATE_VERSION, Cbor.encode(Value.struct("nextSubscription", Value.of(nextNumber))));
    }

    private static long restore(StateRecord state) {
        if (state.version() != STATE_VERSION) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The connection's state is of version " + state.version() + "; this codec knows version "
                            + STATE_VERSION + ".");
        }
        Fields fields = Fields.of("the connection's state", Cbor.decode(state.body()));
        long next = fields.requireInt("nextSubscription", FIRST_CHOSEN_BY_SERVER, Long.MAX_VALUE);
        fields.done();
        return next;
    }

    private static Mode mode(Fields fields) {
        String mode = fields.requireText("mode");
        return switch (mode) {
            case "watch" -> Mode.WATCH;
            case "changes" -> Mode.CHANGES;
            default ->
                throw fields.refused(
                        "mode",
                        "'mode' must be 'watch' or 'changes'." + Nearest.hint(mode, List.of("watch", "changes")));
        };
    }

    private static byte[] subscribed(long subscription, Position position) {
        return Cbor.encode(
                Value.struct("subscription", Value.of(subscription), "position", Value.of(position.toString())));
    }
}
