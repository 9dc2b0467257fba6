package io.patchbay.protocol.patchbay;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.SubscriptionEvent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's codec. A request becomes a call of the session; its reply is encoded by the thread that completed the call and queued under the connection's monitor, so that nothing here needs
 * a lock of its own.
 *
 * <p>A reply may come due after the next version has taken over the connection: it needs only the connection, and goes out all the same. So requests in flight are no state that travels.
 */
final class PatchbayCodec implements Codec {
    private static final Logger LOG = LoggerFactory.getLogger(PatchbayCodec.class);

    private static final int NORMAL_CLOSURE = 1000;

    private final Connection connection;
    private final Operations operations;
    private final EventWriter events;
    private final CodecMeters meters;
    // Guarded by the connection's monitor.
    private int inFlight;

    PatchbayCodec(Connection connection, Operations operations, EventWriter events, CodecMeters meters) {
        this.connection = connection;
        this.operations = operations;
        this.events = events;
        this.meters = meters;
    }

    @Override
    public void onMessage(ByteBuffer message, boolean text) {
        if (text) {
            throw new PatchbayException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "patchbay.v1 speaks in binary frames, not in text.");
        }
        byte[] frame = new byte[message.remaining()];
        message.get(frame);
        RequestReader.Read read = RequestReader.read(frame);
        if (read instanceof RequestReader.Read.Refused refused) {
            refuse(refused.id(), refused.reason());
        } else if (read instanceof RequestReader.Read.Accepted accepted) {
            carryOut(accepted.request());
        }
    }

    @Override
    public void onEvent(SubscriptionEvent event) {
        meters.events().increment();
        connection.send(events.write(event));
    }

    @Override
    public Optional<StateRecord> save() {
        return Optional.of(operations.save());
    }

    private void carryOut(Request request) {
        meters.requests().increment();
        if (inFlight >= Limits.REQUESTS_IN_FLIGHT_PER_CONNECTION) {
            meters.overInFlight().increment();
            refuse(request.id(), tooManyInFlight());
            return;
        }
        CompletionStage<byte[]> reply;
        try {
            reply = operations.start(request);
        } catch (RuntimeException e) {
            refuse(request.id(), asFailure(e, request));
            return;
        }
        inFlight++;
        long beganNanos = System.nanoTime();
        reply.whenComplete((body, failure) -> {
            meters.time().record(System.nanoTime() - beganNanos);
            finish(request, body, failure);
        });
    }

    private void refuse(long id, PatchbayException reason) {
        meters.failed().increment();
        meters.refusals().count(reason);
        connection.send(Replies.error(id, reason));
    }

    private void finish(Request request, byte @Nullable [] body, @Nullable Throwable failure) {
        byte[] frame = body == null ? refusal(request, failure) : Replies.ok(request.id(), body);
        connection.execute(() -> {
            inFlight--;
            connection.send(frame);
            if (body != null && request.endsConnection()) {
                connection.close(NORMAL_CLOSURE, "logged out");
            }
        });
    }

    private byte[] refusal(Request request, @Nullable Throwable failure) {
        PatchbayException reason = asFailure(failure, request);
        meters.failed().increment();
        meters.refusals().count(reason);
        return Replies.error(request.id(), reason);
    }

    private PatchbayException asFailure(@Nullable Throwable failure, Request request) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof PatchbayException known) {
            return known;
        }
        LOG.error("Request {} of connection {} failed", request.op(), connection.id(), cause);
        return new PatchbayException(ErrorCode.INTERNAL, "The request failed inside the node; its log says more.");
    }

    private static PatchbayException tooManyInFlight() {
        return PatchbayException.beyond(
                "requests_in_flight_per_connection",
                ErrorCode.OVERLOADED,
                "More than " + Limits.REQUESTS_IN_FLIGHT_PER_CONNECTION
                        + " requests are in flight on this connection; wait for a reply before the next.");
    }
}
