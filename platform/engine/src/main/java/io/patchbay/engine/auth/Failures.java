package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** What a failed stage failed with. */
final class Failures {
    private Failures() {}

    /** The failure itself, out of the wrappers that stages put around it; anything but ours is INTERNAL. */
    static PatchbayException of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof PatchbayException known
                ? known
                : new PatchbayException(
                        ErrorCode.INTERNAL, "Something failed inside the node; its log says what.", cause);
    }

    static boolean is(Throwable failure, ErrorCode code) {
        return of(failure).code() == code;
    }

    static <T> CompletionStage<T> failed(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(new PatchbayException(code, message));
    }
}
