package io.patchbay.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Opens WebSockets, waiting for each step. */
final class WebSocketClient {
    private WebSocketClient() {}

    /** An upgraded channel on which each of {@code requests} was sent and answered with one frame. */
    static SocketChannel open(InetSocketAddress address, byte[]... requests) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.write(ByteBuffer.wrap(WebSocketWire.handshake()));
        byte[] answer = new byte[8192];
        int length = 0;
        while (!new String(answer, 0, length, StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            length = readOne(channel, answer, length);
        }
        String head = new String(answer, 0, length, StandardCharsets.US_ASCII);
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new IOException("The server did not agree: " + head);
        }
        for (byte[] request : requests) {
            channel.write(ByteBuffer.wrap(request));
            length = 0;
            while (WebSocketWire.frameLength(answer, 0, length) < 0) {
                length = readOne(channel, answer, length);
            }
        }
        return channel;
    }

    /**
     * Sends {@code request} and returns the frame with the next message, past what the server asks by itself: whether anybody is there.
     *
     * @throws IOException if the server has closed the WebSocket
     */
    static byte[] ask(SocketChannel channel, byte[] request) throws IOException {
        channel.write(ByteBuffer.wrap(request));
        byte[] frame = new byte[8192];
        while (true) {
            int length = 0;
            while (WebSocketWire.frameLength(frame, 0, length) < 0) {
                length = readOne(channel, frame, length);
            }
            if (WebSocketWire.isClose(frame)) {
                throw new EOFException(
                        "The server closed: " + new String(frame, 0, length, StandardCharsets.ISO_8859_1));
            }
            if (WebSocketWire.isMessage(frame)) {
                return Arrays.copyOf(frame, length);
            }
        }
    }

    /** Byte by byte, so that nothing behind the answer is taken. */
    private static int readOne(SocketChannel channel, byte[] into, int at) throws IOException {
        if (channel.read(ByteBuffer.wrap(into, at, 1)) < 0) {
            throw new EOFException("The server hung up: " + new String(into, 0, at, StandardCharsets.US_ASCII));
        }
        return at + 1;
    }
}
