package io.patchbay.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;

/** HTTP as bytes, for what no well-behaved client would send. */
final class RawHttp {
    private static final int TIMEOUT_MS = 20_000;

    private RawHttp() {}

    /**
     * Sends {@code request} and reads the status of the answer.
     *
     * @return 0 if the node ended the connection without an answer
     */
    static int status(URI node, byte[] request) {
        try (Socket socket = connect(node)) {
            socket.setSoTimeout(TIMEOUT_MS);
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
            } catch (IOException closedBeforeAllWasSent) {
                // The answer may be there all the same.
            }
            return status(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(URI node) throws IOException {
        SocketFactory sockets = node.getScheme().equals("https")
                ? TestAuthority.shared().trusting().getSocketFactory()
                : SocketFactory.getDefault();
        return sockets.createSocket(node.getHost(), node.getPort());
    }

    private static int status(InputStream in) {
        try {
            byte[] start = in.readNBytes("HTTP/1.1 200".length());
            String line = new String(start, StandardCharsets.ISO_8859_1);
            return line.startsWith("HTTP/1.") ? Integer.parseInt(line.substring("HTTP/1.1 ".length())) : 0;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within " + TIMEOUT_MS + " ms", e);
        } catch (IOException reset) {
            return 0;
        }
    }

    /** A request with these lines, which end as HTTP wants it. */
    static int status(URI node, String... lines) {
        return status(node, (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    }
}
