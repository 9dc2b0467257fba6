package io.patchbay.protocol.rest;

import java.util.concurrent.CompletionException;

/** Failures out of the stages that wrap them. */
final class Failures {
    private Failures() {}

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
