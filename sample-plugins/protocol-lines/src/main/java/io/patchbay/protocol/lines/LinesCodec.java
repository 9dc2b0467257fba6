package io.patchbay.protocol.lines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.metrics.Refusals;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.SubscriptionEvent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One connection's codec: reads requests, starts them, writes replies and events. The platform calls it under the connection's monitor, so it needs no lock; and it must never wait.
 *
 * <p>A request is a line such as {@code {"id":1,"op":"get","collection":"cities","document":"lyon"}}; its reply has the same {@code id} and either {@code ok} or {@code error}. Requests run side by
 * side, so replies come in the order in which they are ready. An event has no {@code id} but the number {@code sub} of its subscription.
 */
final class LinesCodec implements Codec {
    private static final Pattern HTTP = Pattern.compile(" HTTP/\\d(\\.\\d)?\\s*$");

    private final Connection connection;
    private final LineBuffer lines;
    private final Operations operations;
    private final Refusals refusals;

    LinesCodec(Connection connection, LineBuffer lines, Operations operations, Refusals refusals) {
        this.connection = connection;
        this.lines = lines;
        this.operations = operations;
        this.refusals = refusals;
    }

    /** A chunk may hold many requests: what is left of it when the connection has enough to do comes again later, and the client is held back meanwhile. */
    @Override
    public void onMessage(ByteBuffer chunk, boolean text) {
        while (chunk.hasRemaining() && connection.takesRequests()) {
            try {
                lines.next(chunk).filter(LinesCodec::saysSomething).ifPresent(this::receive);
            } catch (PatchbayException hopeless) {
                // An endless line, or not our protocol at all: what is thrown here closes the connection.
                refusals.count(hopeless);
                throw hopeless;
            }
        }
    }

    @Override
    public void onEvent(SubscriptionEvent event) {
        connection.send(Lines.event(event));
    }

    @Override
    public Optional<StateRecord> save() {
        return Optional.of(lines.save());
    }

    /** TCP has no close frame, so the reason is a line of its own. */
    @Override
    public void onClosing(int closeCode, String reason) {
        connection.send(Lines.closing(closeCode, reason));
    }

    /** A mistake in one line is answered and harms no other. */
    private void receive(byte[] line) {
        requireNoHttp(line);
        Value id = Value.NULL;
        try {
            Fields request = Fields.of("the line", Json.decodeEnvelope(line));
            id = request.findAny("id").map(LinesCodec::requireId).orElse(Value.NULL);
            answer(id, request);
        } catch (PatchbayException refused) {
            refuse(id, refused);
        }
    }

    /** The reply comes due on another thread, perhaps after a newer version has taken the connection over: it needs nothing but the connection, and enters its monitor. */
    private void answer(Value id, Fields request) {
        operations
                .start(request)
                .whenComplete((body, failure) -> connection.execute(() -> {
                    if (body != null) {
                        connection.send(Lines.ok(id, body));
                    } else {
                        refuse(id, failure);
                    }
                }));
    }

    private void refuse(Value id, @Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        PatchbayException known = cause instanceof PatchbayException sentence
                ? sentence
                : new PatchbayException(ErrorCode.INTERNAL, "The request failed inside the node.");
        refusals.count(known);
        connection.send(Lines.error(id, known));
    }

    /** Any web page can have its browser send an HTTP request here, with lines for us in the body; the line that it begins with tells it. */
    private static void requireNoHttp(byte[] line) {
        if (line[0] != '{' && HTTP.matcher(new String(line, ISO_8859_1)).find()) {
            throw new PatchbayException(ErrorCode.BAD_REQUEST, "This socket takes JSON objects, one a line, not HTTP.");
        }
    }

    /** Whoever types lines by hand also sends empty ones, and some end theirs with CR LF. */
    private static boolean saysSomething(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return true;
            }
        }
        return false;
    }

    private static Value requireId(Value id) {
        if (id instanceof Value.Int
                || id instanceof Value.Text text && text.value().length() <= 64) {
            return id;
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST, "An 'id' is a whole number, or a text of at most 64 characters.");
    }
}
