package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller is told of a failure. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** The PatchbayException within {@code failure}; for anything else INTERNAL, logged here. */
    public static PatchbayException of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof PatchbayException known) {
            return known;
        }
        LOG.error("An unexpected failure", cause);
        return new PatchbayException(ErrorCode.INTERNAL, "Something failed inside the node; its log says what.", cause);
    }
}
