package io.patchbay.benchmarks;

/** What a load client says on a connection, and how it finds the answers in what comes back. Used by one thread. */
interface Wire {
    /** Sent once, before the first request; its answer ends with an empty line. Empty if there is none. */
    byte[] greeting();

    /** Sent behind the greeting on each connection, and answered once; empty if there is none. */
    default byte[] login() {
        return new byte[0];
    }

    /** How many requests may wait for their answers on one connection. */
    int inFlight();

    /** The request with this number; numbers grow by one, over all connections. */
    byte[] request(long number);

    /** The length of the whole answer that begins at {@code from}; -1 if more bytes are needed. */
    int answerLength(byte[] bytes, int from, int to);

    /** Which request this whole answer belongs to; -1 on a wire whose answers come in the order of the requests. */
    long numberOf(byte[] bytes, int from, int length);

    /** Whether it is what was wanted. */
    boolean isGood(byte[] bytes, int from, int length);
}
