package io.patchbay.client;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket as a wire. One message at a time goes to the client's thread, and the next is read from the network when it is done with: that is the back pressure. */
final class WebSocketWire implements Wire {
    private static final String SUBPROTOCOL = "patchbay.v1";
    private static final Duration GOOD_BYE = Duration.ofSeconds(5);

    private final Loop loop;
    private final WebSocket socket;
    private final Incoming incoming;
    // The client's thread only: a WebSocket takes one message at a time.
    private CompletableFuture<?> lastSend = CompletableFuture.completedFuture(null);

    private WebSocketWire(Loop loop, WebSocket socket, Incoming incoming) {
        this.loop = loop;
        this.socket = socket;
        this.incoming = incoming;
    }

    static Wire.Opener opener(HttpClient http, URI node, Duration timeout, Loop loop) {
        return receiver -> {
            CompletableFuture<Wire> opened = new CompletableFuture<>();
            Incoming incoming = new Incoming(loop, receiver);
            http.newWebSocketBuilder()
                    .connectTimeout(timeout)
                    .subprotocols(SUBPROTOCOL)
                    .buildAsync(node, incoming)
                    .whenComplete((socket, failure) -> loop.execute(() -> {
                        if (failure != null) {
                            opened.completeExceptionally(failure);
                        } else {
                            opened.complete(new WebSocketWire(loop, socket, incoming));
                            // Only now: a message must not come before the client knows the wire.
                            socket.request(1);
                        }
                    }));
            return opened;
        };
    }

    @Override
    public void send(byte[] frame) {
        lastSend = lastSend.thenCompose(before -> socket.sendBinary(ByteBuffer.wrap(frame), true));
        lastSend.whenComplete((sent, failure) -> {
            if (failure != null) {
                loop.execute(() -> incoming.end("sending failed"));
            }
        });
    }

    @Override
    public void close(int code, String reason) {
        incoming.ended = true;
        // The node's answer is read by nobody, so the socket is dropped as soon as the good-bye is out.
        lastSend.handle((sent, failure) -> socket.sendClose(code, reason))
                .thenCompose(closing -> closing)
                .orTimeout(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((closed, failure) -> socket.abort());
    }

    private static final class Incoming implements WebSocket.Listener {
        private final Loop loop;
        private final Receiver receiver;
        /** Written by the socket's threads, one after the other. */
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        /** The client's thread only. */
        private boolean ended;

        Incoming(Loop loop, Receiver receiver) {
            this.loop = loop;
            this.receiver = receiver;
        }

        @Override
        public void onOpen(WebSocket socket) {
            // Nothing is asked for yet; see the opener.
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
            if (message.size() + (long) part.remaining() > ClientLimits.RECEIVED_FRAME_BYTES) {
                giveUp(socket, "a message beyond " + ClientLimits.RECEIVED_FRAME_BYTES + " bytes");
                return null;
            }
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            if (last && message.size() == 0) {
                hand(socket, bytes);
                return null;
            }
            message.writeBytes(bytes);
            if (last) {
                byte[] whole = message.toByteArray();
                message.reset();
                hand(socket, whole);
            } else {
                socket.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            giveUp(socket, "a text message");
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            loop.execute(() -> end(reason));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            loop.execute(() -> end("the network failed"));
        }

        private void hand(WebSocket socket, byte[] whole) {
            loop.execute(() -> {
                if (!ended) {
                    receiver.onMessage(whole);
                    socket.request(1);
                }
            });
        }

        private void giveUp(WebSocket socket, String reason) {
            socket.abort();
            loop.execute(() -> end(reason));
        }

        private void end(String reason) {
            if (!ended) {
                ended = true;
                receiver.onEnded(reason);
            }
        }
    }
}
