package io.patchbay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The node ended, was killed, or fell silent in the middle of a conversation. */
final class NodeGone extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String LONGER = "; --timeout SECONDS waits longer.";

    private final boolean silent;

    NodeGone() {
        this("The node went away before it answered; whether it did what was asked is unknown.", false);
    }

    private NodeGone(String sentence, boolean silent) {
        super(sentence);
        this.silent = silent;
    }

    /** It did not even take up what was asked. */
    static NodeGone hanging(Path home, Duration waited) {
        return new NodeGone(
                name(home) + " has given no sign of life for " + waited.toSeconds()
                        + " s: it hangs, or is paused (then 'kill -CONT' with its process wakes it)" + LONGER,
                true);
    }

    /** It took up what was asked, and no more came. */
    static NodeGone silent(Path home, Duration waited) {
        return new NodeGone(
                name(home) + " took up what was asked, but has given no sign of life for " + waited.toSeconds()
                        + " s; whether it does it is unknown" + LONGER,
                true);
    }

    /** Whether it is there, and doesn't answer. */
    boolean isSilent() {
        return silent;
    }

    /** For commands that wait for it to come back. */
    String waiting() {
        return silent ? "The node gives no sign of life; waiting for it." : "The node has gone; waiting for it.";
    }

    private static String name(Path home) {
        try {
            String pid = Files.readString(home.resolve("data").resolve("pid")).strip();
            return "The node on " + home + " (process " + Long.parseLong(pid) + ")";
        } catch (IOException | NumberFormatException e) {
            return "The node on " + home;
        }
    }
}
