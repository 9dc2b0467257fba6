package io.patchbay.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;

/** HTTP/1.1 with keep-alive, one request at a time on a connection. */
final class HttpWire implements Wire {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private final LongFunction<byte[]> requests;
    private final int status;

    /** @param status what a good answer has */
    HttpWire(LongFunction<byte[]> requests, int status) {
        this.requests = requests;
        this.status = status;
    }

    /** A whole request; no body if {@code body} is empty. */
    static byte[] request(String method, String path, String token, String body) {
        StringBuilder text = new StringBuilder(300 + body.length())
                .append(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: localhost\r\n");
        if (!token.isEmpty()) {
            text.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        if (!body.isEmpty()) {
            text.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.length())
                    .append("\r\n");
        }
        return text.append("\r\n").append(body).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public byte[] greeting() {
        return new byte[0];
    }

    @Override
    public int inFlight() {
        return 1;
    }

    @Override
    public byte[] request(long number) {
        return requests.apply(number);
    }

    @Override
    public int answerLength(byte[] bytes, int from, int to) {
        int lineStart = from;
        int length = 0;
        for (int i = from + 1; i < to; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            if (i - lineStart == 1) {
                return i + 1 - from + length <= to - from ? i + 1 - from + length : -1;
            }
            if (isLength(bytes, lineStart, i)) {
                length = number(bytes, lineStart + LENGTH.length, i);
            }
            lineStart = i + 1;
        }
        return -1;
    }

    private static boolean isLength(byte[] bytes, int from, int to) {
        if (to - from <= LENGTH.length) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            if ((bytes[from + i] | 0x20) != (LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private static int number(byte[] bytes, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                number = number * 10 + bytes[i] - '0';
            }
        }
        return number;
    }

    @Override
    public long numberOf(byte[] bytes, int from, int length) {
        return -1;
    }

    @Override
    public boolean isGood(byte[] bytes, int from, int length) {
        // "HTTP/1.1 201 ..."
        return length > 12 && number(bytes, from + 9, from + 12) == status;
    }
}
