package io.patchbay.cli;

/** The node ended, or was killed, in the middle of a conversation. */
final class NodeGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NodeGone() {
        super("The node went away before it answered; whether it did what was asked is unknown.");
    }
}
