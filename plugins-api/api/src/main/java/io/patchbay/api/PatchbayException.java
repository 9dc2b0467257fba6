package io.patchbay.api;

import java.util.Map;

/**
 * A failure with a code from the catalogue. Its message is one sentence for the person who called: what is wrong and, where possible, how to mend it.
 *
 * <p>{@link #details()} are plain facts that a client may act on, such as {@code currentRevision}; values are {@link String}, {@link Long} or {@link Boolean}.
 */
public final class PatchbayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> details;

    public PatchbayException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    public PatchbayException(ErrorCode code, String message, Map<String, Object> details) {
        super(message);
        this.code = code;
        this.details = Map.copyOf(details);
    }

    public PatchbayException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = Map.of();
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> details() {
        return details;
    }
}
