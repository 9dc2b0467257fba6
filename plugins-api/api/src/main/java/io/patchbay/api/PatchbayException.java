package io.patchbay.api;

import java.util.Map;
import java.util.Optional;

/**
 * A failure with a code from the catalogue. Its message is one sentence for the person who called: what is wrong and, where possible, how to mend it.
 *
 * <p>{@link #details()} are plain facts that a client may act on, such as {@code currentRevision}; values are {@link String}, {@link Long} or {@link Boolean}.
 */
public final class PatchbayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> details;
    private final String limit;

    public PatchbayException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    public PatchbayException(ErrorCode code, String message, Map<String, Object> details) {
        super(message);
        this.code = code;
        this.details = Map.copyOf(details);
        this.limit = "";
    }

    private PatchbayException(ErrorCode code, String message, String limit) {
        super(message);
        this.code = code;
        this.details = Map.of();
        this.limit = limit;
    }

    /**
     * A refusal because of a limit, which is counted under its name.
     *
     * @param limit the name of its constant, in lower case, such as {@code document_bytes}
     */
    public static PatchbayException beyond(String limit, ErrorCode code, String message) {
        return new PatchbayException(code, message, limit);
    }

    public PatchbayException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = Map.of();
        this.limit = "";
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> details() {
        return details;
    }

    /** The limit that it was refused for, if it was. */
    public Optional<String> limit() {
        return Optional.of(limit).filter(name -> !name.isEmpty());
    }
}
