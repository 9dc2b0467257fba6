package io.patchbay.launcher;

/** The node can't start (or go on), for a reason that the user can mend; the message is what the user reads. */
final class StartException extends RuntimeException {

    StartException(String message) {
        super(message);
    }

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
