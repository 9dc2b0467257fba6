package io.patchbay.benchmarks;

import java.nio.ByteBuffer;

/** Frames that a {@link BareWebSocket} sends back, one at a time on a connection. */
final class EchoWire implements Wire {
    private final int bytes;

    /** @param bytes in a frame */
    EchoWire(int bytes) {
        this.bytes = bytes;
    }

    @Override
    public byte[] greeting() {
        return WebSocketWire.handshake();
    }

    @Override
    public int inFlight() {
        return 1;
    }

    @Override
    public byte[] request(long number) {
        return WebSocketWire.frame(ByteBuffer.allocate(bytes).putLong(number).array());
    }

    @Override
    public int answerLength(byte[] received, int from, int to) {
        return WebSocketWire.frameLength(received, from, to);
    }

    @Override
    public long numberOf(byte[] received, int from, int length) {
        return ByteBuffer.wrap(received).getLong(WebSocketWire.body(received, from));
    }

    @Override
    public boolean isGood(byte[] received, int from, int length) {
        return length == bytes + 2;
    }
}
