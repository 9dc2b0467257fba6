package io.patchbay.transport.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.OpenConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Requests through a transport before it serves anyone, over a connection of its own that moves in between: so it is known to work, and its classes are loaded and its code is warm when the connections of
 * the version before come over.
 */
final class TrialRun {
    private static final int REQUESTS = 20;
    private static final int TIMEOUT_MS = 5_000;
    private static final Duration MOVE = Duration.ofSeconds(2);
    /** No route has it, so no other part has a share in the answer. */
    private static final String REQUEST = "GET /api/v1/transport-trial HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static final String BEGINNING = "HTTP/1.1 ";
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String LENGTH = "content-length:";

    private final HttpTransport transport;

    TrialRun(HttpTransport transport) {
        this.transport = transport;
    }

    /** A sentence on what is wrong; empty if all is well. */
    Optional<String> findFault() {
        try (ServerSocketChannel meeting = ServerSocketChannel.open()) {
            meeting.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            InetSocketAddress address = (InetSocketAddress) meeting.getLocalAddress();
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                client.setSoTimeout(TIMEOUT_MS);
                client.setTcpNoDelay(true);
                SocketAddress from = client.getLocalSocketAddress();
                SocketChannel accepted = meeting.accept();
                if (!accepted.getRemoteAddress().equals(from)) {
                    accepted.close();
                    return Optional.of("A connection of the trial run was taken by another program.");
                }
                transport.accept(Arrival.plain(accepted));
                for (int i = 0; i < REQUESTS; i++) {
                    ask(client);
                    move(from);
                }
                ask(client);
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.of("The transport does not answer: " + e.getMessage() + ".");
        }
    }

    private static void ask(Socket client) throws IOException {
        client.getOutputStream().write(REQUEST.getBytes(US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf(END_OF_HEAD) < 0) {
            int next = client.getInputStream().read();
            if (next < 0 || head.length() > HttpLimits.RESPONSE_HEADER_BYTES) {
                throw new IOException("the connection ended in an answer");
            }
            head.append((char) next);
        }
        String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
        int at = lower.indexOf(LENGTH);
        if (!head.toString().startsWith(BEGINNING) || at < 0) {
            throw new IOException("what it says is no answer of HTTP");
        }
        int length = Integer.parseInt(
                lower.substring(at + LENGTH.length(), lower.indexOf('\r', at)).trim());
        client.getInputStream().skipNBytes(length);
    }

    /** From the transport to itself. */
    private void move(SocketAddress client) throws IOException {
        for (OpenConnection connection : transport.listMovable()) {
            if (client.equals(((HandOffEndPoint) connection).getRemoteSocketAddress())) {
                // Not for ever, whatever it promises: a transport that is stopped meanwhile has nobody left to answer.
                Optional<MovedConnection> moved = connection
                        .release(MOVE)
                        .toCompletableFuture()
                        .completeOnTimeout(Optional.empty(), 2 * MOVE.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                if (moved.isEmpty()) {
                    throw new IOException("a connection did not move");
                }
                transport.adopt(moved.get());
                return;
            }
        }
        throw new IOException("an open connection is not known");
    }
}
