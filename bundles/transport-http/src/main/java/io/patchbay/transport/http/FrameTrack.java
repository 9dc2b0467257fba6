package io.patchbay.transport.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Where in a WebSocket frame the bytes that have been read end (RFC 6455, section 5.2).
 *
 * <p>Jetty passes data on in pieces as it comes, and keeps the rest of a header and of a control frame to itself; so these are kept here, and of data only how much is to come. The thread that reads
 * writes; whoever moves the connection reads, when nobody reads the connection.
 */
final class FrameTrack {
    private static final int MASK_BYTES = 4;
    private static final int MOST_CONTROL_BYTES = 125;
    private static final int SHORTEST_HEADER = 2;

    private final byte[] header = new byte[14];
    private int headerBytes;
    private long payloadBytes;
    /** Of the frame whose header is whole. */
    private long toCome;
    /** What has come of a control frame; null until there is one. */
    private byte @org.jspecify.annotations.Nullable [] control;

    /** What was read, from the position to the limit, which stay as they are. */
    void read(ByteBuffer bytes) {
        int at = bytes.position();
        int end = bytes.limit();
        while (at < end) {
            if (toCome > 0) {
                int taken = (int) Math.min(toCome, end - at);
                keepControl(bytes, at, taken);
                toCome -= taken;
                at += taken;
                if (toCome == 0) {
                    headerBytes = 0;
                }
            } else {
                header[headerBytes++] = bytes.get(at++);
                if (headerBytes >= SHORTEST_HEADER && headerBytes == headerLength()) {
                    begin();
                }
            }
        }
    }

    private void begin() {
        payloadBytes = payloadLength();
        toCome = payloadBytes;
        if (toCome <= 0) {
            headerBytes = 0;
        }
    }

    private void keepControl(ByteBuffer bytes, int at, int length) {
        if (isControl() && payloadBytes <= MOST_CONTROL_BYTES) {
            if (control == null) {
                control = new byte[MOST_CONTROL_BYTES];
            }
            for (int i = 0; i < length; i++) {
                control[(int) (payloadBytes - toCome) + i] = bytes.get(at + i);
            }
        }
    }

    private int headerLength() {
        int length7 = header[1] & 0x7F;
        int extended = length7 == 126 ? 2 : length7 == 127 ? 8 : 0;
        return SHORTEST_HEADER + extended + ((header[1] & 0x80) != 0 ? MASK_BYTES : 0);
    }

    private long payloadLength() {
        int length7 = header[1] & 0x7F;
        if (length7 < 126) {
            return length7;
        }
        long length = 0;
        int bytes = length7 == 126 ? 2 : 8;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | header[SHORTEST_HEADER + i] & 0xFF;
        }
        return length;
    }

    private boolean isControl() {
        return OpCode.isControlFrame((byte) (header[0] & 0x0F));
    }

    /**
     * The beginning of a frame that what is still to come completes: as it came, or, of data of which some has been passed on, the header of a frame of what is left.
     *
     * @param begun whether the message that it belongs to has begun
     */
    byte[] rest(boolean begun) {
        if (headerBytes == 0) {
            return new byte[0];
        }
        if (toCome == 0) {
            return java.util.Arrays.copyOf(header, headerBytes);
        }
        int passedOn = (int) (payloadBytes - toCome);
        if (isControl()) {
            ByteBuffer raw = ByteBuffer.allocate(headerBytes + passedOn).put(header, 0, headerBytes);
            return control == null ? raw.array() : raw.put(control, 0, passedOn).array();
        }
        int first = begun ? header[0] & 0xF0 | OpCode.CONTINUATION : header[0];
        byte[] mask = new byte[MASK_BYTES];
        for (int i = 0; i < MASK_BYTES; i++) {
            mask[i] = header[headerBytes - MASK_BYTES + (passedOn + i) % MASK_BYTES];
        }
        return header((byte) first, toCome, mask);
    }

    /** A whole frame as a client would have sent it. */
    static byte[] frame(int opCode, boolean last, byte[] payload, int length) {
        byte[] header = header((byte) (last ? 0x80 | opCode : opCode), length, new byte[MASK_BYTES]);
        return ByteBuffer.allocate(header.length + length)
                .put(header)
                .put(payload, 0, length)
                .array();
    }

    private static byte[] header(byte first, long length, byte[] mask) {
        int extended = length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
        ByteBuffer header = ByteBuffer.allocate(SHORTEST_HEADER + extended + MASK_BYTES);
        header.put(first).put((byte) (0x80 | (extended == 0 ? (int) length : extended == 2 ? 126 : 127)));
        if (extended == 2) {
            header.putShort((short) length);
        } else if (extended == 8) {
            header.putLong(length);
        }
        return header.put(mask).array();
    }
}
