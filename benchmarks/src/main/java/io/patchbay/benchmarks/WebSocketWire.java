package io.patchbay.benchmarks;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongFunction;

/** {@code patchbay.v1}: CBOR frames, many requests in flight. The numbers of requests are their ids; the login has the largest. */
final class WebSocketWire implements Wire {
    private static final long LOGIN = Integer.MAX_VALUE;
    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int MASKED = 0x80;

    private final String token;
    private final int inFlight;
    private final LongFunction<Value.Struct> requests;

    /** @param requests with the number as their {@code id} */
    WebSocketWire(String token, int inFlight, LongFunction<Value.Struct> requests) {
        this.token = token;
        this.inFlight = inFlight;
        this.requests = requests;
    }

    @Override
    public byte[] greeting() {
        return handshake();
    }

    static byte[] handshake() {
        return ("GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: patchbay.v1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] login() {
        return login(token);
    }

    static byte[] login(String token) {
        return frame(Value.struct("id", Value.of(LOGIN), "op", Value.of("login"), "token", Value.of(token)));
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public byte[] request(long number) {
        return frame(requests.apply(number));
    }

    static byte[] frame(Value.Struct message) {
        return frame(Cbor.encode(message));
    }

    /** As a client sends it. */
    static byte[] frame(byte[] body) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(body.length + 8);
        frame.write(BINARY);
        if (body.length < 126) {
            frame.write(MASKED | body.length);
        } else {
            frame.write(MASKED | 126);
            frame.write(body.length >> 8);
            frame.write(body.length);
        }
        // A mask of zeros: the node unmasks all the same.
        frame.write(0);
        frame.write(0);
        frame.write(0);
        frame.write(0);
        frame.write(body, 0, body.length);
        return frame.toByteArray();
    }

    @Override
    public int answerLength(byte[] bytes, int from, int to) {
        return frameLength(bytes, from, to);
    }

    /** The length of the whole frame of a server that begins at {@code from}; -1 if more bytes are needed. */
    static int frameLength(byte[] bytes, int from, int to) {
        if (to - from < 2 || (bytes[from + 1] & 0x7f) >= 126 && to - from < 4) {
            return -1;
        }
        int body = bytes[from + 1] & 0x7f;
        int head = 2;
        if (body == 126) {
            body = (bytes[from + 2] & 0xff) << 8 | bytes[from + 3] & 0xff;
            head = 4;
        } else if (body == 127) {
            throw new IllegalStateException("a frame beyond 64 KiB was not asked for");
        }
        return to - from >= head + body ? head + body : -1;
    }

    static boolean isMessage(byte[] frame) {
        return (frame[0] & 0xff) == BINARY;
    }

    static boolean isClose(byte[] frame) {
        return (frame[0] & 0xff) == CLOSE;
    }

    @Override
    public long numberOf(byte[] bytes, int from, int length) {
        return Fields.number(bytes, body(bytes, from), from + length);
    }

    @Override
    public boolean isGood(byte[] bytes, int from, int length) {
        return numberOf(bytes, from, length) == LOGIN || Fields.isOk(bytes, body(bytes, from), from + length);
    }

    /** Where a frame's payload begins. */
    static int body(byte[] bytes, int from) {
        return from + ((bytes[from + 1] & 0x7f) == 126 ? 4 : 2);
    }

    /**
     * The integer under the first such key of a frame; -1 if the key isn't there.
     *
     * @param key as it stands in the frame, with its CBOR head
     */
    static long integerOf(byte[] bytes, int from, int to, byte[] key) {
        for (int i = body(bytes, from); i < to - key.length; i++) {
            if (Arrays.equals(bytes, i, i + key.length, key, 0, key.length)) {
                return Fields.integer(bytes, i + key.length);
            }
        }
        return -1;
    }

    /** Finds the two fields that matter without decoding the frame: {@code id} and {@code ok}, in deterministic CBOR. */
    private static final class Fields {
        static long number(byte[] bytes, int from, int to) {
            for (int i = from; i < to - 3; i++) {
                if (bytes[i] == 0x62 && bytes[i + 1] == 'i' && bytes[i + 2] == 'd') {
                    return integer(bytes, i + 3);
                }
            }
            throw new IllegalStateException(
                    "a frame without an id: " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }

        private static long integer(byte[] bytes, int at) {
            int first = bytes[at] & 0xff;
            if (first < 24) {
                return first;
            }
            long value = 0;
            for (int i = 1; i <= 1 << (first - 24); i++) {
                value = value << 8 | bytes[at + i] & 0xff;
            }
            return value;
        }

        static boolean isOk(byte[] bytes, int from, int to) {
            for (int i = from; i < to - 3; i++) {
                if (bytes[i] == 0x62 && bytes[i + 1] == 'o' && bytes[i + 2] == 'k') {
                    return true;
                }
            }
            return false;
        }
    }
}
