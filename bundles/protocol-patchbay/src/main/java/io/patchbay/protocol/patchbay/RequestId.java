package io.patchbay.protocol.patchbay;

import java.util.OptionalLong;

/**
 * Finds the {@code id} of a frame that is well-formed CBOR but holds what no value can be, such as a NaN in a document: with the id the mistake costs its sender an error reply, without it the
 * connection.
 *
 * <p>Walks over items without making values of them. Anything odd ends the walk: the frame was refused already, so only the id counts.
 */
final class RequestId {
    private static final int MAX_DEPTH = 256;

    private final byte[] frame;
    private int at;

    private RequestId(byte[] frame) {
        this.frame = frame;
    }

    static OptionalLong find(byte[] frame) {
        try {
            return new RequestId(frame).find();
        } catch (IndexOutOfBoundsException | ArithmeticException | IllegalStateException e) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong find() {
        int head = frame[at] & 0xFF;
        boolean indefinite = head == 0xBF;
        if (head >> 5 != 5) {
            return OptionalLong.empty();
        }
        long left = indefinite ? Long.MAX_VALUE : readArgument();
        if (indefinite) {
            at++;
        }
        while (left-- > 0 && (frame[at] & 0xFF) != 0xFF) {
            boolean isId = frame[at] == 0x62 && frame[at + 1] == 'i' && frame[at + 2] == 'd';
            skip(0);
            if (isId) {
                boolean unsigned = (frame[at] & 0xFF) >> 5 == 0;
                long id = readArgument();
                return unsigned && id >= 0 ? OptionalLong.of(id) : OptionalLong.empty();
            }
            skip(0);
        }
        return OptionalLong.empty();
    }

    private void skip(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalStateException("too deep");
        }
        int head = frame[at] & 0xFF;
        int major = head >> 5;
        if ((head & 0x1F) == 31) {
            at++;
            if (major < 2 || major > 5) {
                throw new IllegalStateException("no indefinite length here");
            }
            while ((frame[at] & 0xFF) != 0xFF) {
                skip(depth + 1);
            }
            at++;
            return;
        }
        long argument = readArgument();
        if (argument < 0 && major >= 2 && major <= 5) {
            throw new IllegalStateException("a length beyond 63 bits");
        }
        switch (major) {
            case 2, 3 -> at = Math.addExact(at, Math.toIntExact(argument));
            case 4 -> skipAll(argument, depth);
            case 5 -> skipAll(Math.multiplyExact(argument, 2L), depth);
            case 6 -> skip(depth + 1);
            default -> {
                // Integers and simple values are their head and argument.
            }
        }
    }

    private void skipAll(long items, int depth) {
        for (long i = 0; i < items; i++) {
            skip(depth + 1);
        }
    }

    /** The head's argument, unsigned; moves behind it. */
    private long readArgument() {
        int info = frame[at++] & 0x1F;
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw new IllegalStateException("reserved");
        }
        long argument = 0;
        for (int i = 0; i < 1 << info - 24; i++) {
            argument = argument << 8 | frame[at++] & 0xFF;
        }
        return argument;
    }
}
