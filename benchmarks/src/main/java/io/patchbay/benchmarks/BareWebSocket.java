package io.patchbay.benchmarks;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/**
 * The reference for WebSockets: Jetty alone. A frame comes back as it is, except two: {@link #WATCH} is remembered, and for {@link #PUBLISH} everyone who watches is sent the same ready frame. Prints
 * its address when it is ready.
 */
final class BareWebSocket {
    static final byte[] WATCH = {'w'};
    static final byte[] PUBLISH = {'p'};

    private final byte[] ready;
    private final Set<CoreSession> watching = ConcurrentHashMap.newKeySet();

    private BareWebSocket(byte[] ready) {
        this.ready = ready;
    }

    /** Argument: the size of the ready frame. */
    public static void main(String[] arguments) throws Exception {
        new BareWebSocket(new byte[Integer.parseInt(arguments[0])]).serve();
    }

    private void serve() throws Exception {
        // The same threads and selectors as the node's.
        Server server = new Server(new QueuedThreadPool(16, 4));
        ServerConnector connector = new ServerConnector(server, 0, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        WebSocketComponents components = WebSocketServerComponents.ensureWebSocketComponents(server);
        WebSocketMappings upgrades = new WebSocketMappings(components);
        server.setHandler(new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                return upgrades.upgrade(
                        (upgrade, answer, done) -> {
                            answer.setAcceptedSubProtocol("patchbay.v1");
                            answer.setExtensions(List.of());
                            return new Peer();
                        },
                        request,
                        response,
                        callback,
                        null);
            }
        });
        server.start();
        System.out.println("ready http://127.0.0.1:" + connector.getLocalPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        server.stop();
    }

    private static void send(CoreSession to, byte[] message) {
        Frame frame = new Frame(OpCode.BINARY, ByteBuffer.wrap(message));
        to.sendFrame(new OutgoingEntry.Builder(frame, Callback.NOOP).build());
    }

    private final class Peer implements FrameHandler {
        private CoreSession session;

        @Override
        public void onOpen(CoreSession opened, Callback callback) {
            session = opened;
            callback.succeeded();
            opened.demand();
        }

        @Override
        public void onFrame(Frame frame, Callback callback) {
            if (frame.getOpCode() == OpCode.CLOSE) {
                callback.succeeded();
                return;
            }
            byte[] message = BufferUtil.toArray(frame.getPayload());
            if (message.length == 1 && message[0] == WATCH[0]) {
                watching.add(session);
            } else if (message.length == 1 && message[0] == PUBLISH[0]) {
                watching.forEach(one -> send(one, ready));
            }
            send(session, message);
            callback.succeeded();
            session.demand();
        }

        @Override
        public void onError(Throwable cause, Callback callback) {
            callback.succeeded();
        }

        @Override
        public void onClosed(CloseStatus status, Callback callback) {
            watching.remove(session);
            callback.succeeded();
        }
    }
}
