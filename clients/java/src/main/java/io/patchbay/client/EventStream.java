package io.patchbay.client;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A body of server-sent events (HTML, section 9.2), of which only what a node writes is told: {@code data} and {@code retry}. What has come goes to the client's thread, and more is read from the
 * network when that has dealt with it: that is the back pressure.
 */
final class EventStream implements BodySubscriber<byte[]> {
    private static final String DATA = "data:";
    private static final String RETRY = "retry:";

    private final Loop loop;
    private final Receiver receiver;
    // By the network's threads, one after the other.
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private volatile Flow.@Nullable Subscription source;
    private volatile boolean cancelled;

    /** Whose stream it is; called on the client's thread. */
    interface Receiver {
        /** @param events the data of each; none: a sign of life */
        void onEvents(List<String> events);

        /** The delay before a client comes back, as the node asks for it. */
        void onRetry(long delayMs);

        /** Cut off, ended by the node, or not of this protocol. */
        void onEnded();
    }

    EventStream(Loop loop, Receiver receiver) {
        this.loop = loop;
        this.receiver = receiver;
    }

    /** Any thread. Nothing is told once the client's thread has called it. */
    void cancel() {
        cancelled = true;
        if (source != null) {
            source.cancel();
        }
    }

    /** Nothing, at once: the response is there when its head is. */
    @Override
    public CompletionStage<byte[]> getBody() {
        return CompletableFuture.completedFuture(new byte[0]);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        source = subscription;
        if (cancelled) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        List<String> events = new ArrayList<>();
        for (ByteBuffer part : parts) {
            while (part.hasRemaining()) {
                byte next = part.get();
                if (next == '\n') {
                    end(line.toString(StandardCharsets.UTF_8), events);
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        }
        if (line.size() + data.length() > ClientLimits.RECEIVED_FRAME_BYTES) {
            // Not by cancel(), behind which nothing is told.
            if (source != null) {
                source.cancel();
            }
            tell(receiver::onEnded);
            return;
        }
        tell(() -> {
            receiver.onEvents(events);
            if (!cancelled && source != null) {
                source.request(1);
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        tell(receiver::onEnded);
    }

    @Override
    public void onComplete() {
        tell(receiver::onEnded);
    }

    private void end(String text, List<String> events) {
        String whole = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        if (whole.isEmpty()) {
            if (data.length() > 0) {
                events.add(data.toString());
                data.setLength(0);
            }
        } else if (whole.startsWith(DATA)) {
            data.append(data.length() == 0 ? "" : "\n").append(value(whole, DATA));
        } else if (whole.startsWith(RETRY) && value(whole, RETRY).matches("\\d{1,9}")) {
            long delayMs = Long.parseLong(value(whole, RETRY));
            tell(() -> receiver.onRetry(delayMs));
        }
    }

    private static String value(String line, String field) {
        int from = field.length();
        return line.substring(line.startsWith(" ", from) ? from + 1 : from);
    }

    private void tell(Runnable what) {
        loop.execute(() -> {
            if (!cancelled) {
                what.run();
            }
        });
    }
}
