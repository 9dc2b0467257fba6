package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A call that failed, with the node's code (the names of {@link ErrorCode}; a newer node may know more) or one of the client's own. Its message is one sentence for the person who called.
 *
 * <p>A future fails with it; {@code join()} wraps it into a {@code CompletionException}.
 */
public final class ClientException extends RuntimeException {
    /** No connection, or none until the answer came: whether the node carried the call out is then unknown. */
    public static final String DISCONNECTED = "DISCONNECTED";
    /** The certificate of the node is not trusted, and the node was not reached before: see {@link ClientOptions#trust}. */
    public static final String UNTRUSTED = "UNTRUSTED";
    /** The client was closed. */
    public static final String CLOSED = "CLOSED";

    private static final Set<String> HTTP_ALONE = Set.of("type", "title", "status", "detail");
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;
    private final transient Value.Struct details;

    ClientException(String code, String message, boolean retryable, Value.Struct details) {
        super(message);
        this.code = code;
        this.retryable = retryable;
        this.details = details;
    }

    ClientException(ErrorCode code, String message) {
        this(code.name(), message, code.retryable(), Value.Struct.EMPTY);
    }

    static ClientException disconnected() {
        return new ClientException(
                DISCONNECTED, "The connection ended before the answer came.", true, Value.Struct.EMPTY);
    }

    static ClientException unreachable(URI node, Throwable cause) {
        ClientException unreachable =
                new ClientException(DISCONNECTED, "No connection to " + node + ".", true, Value.Struct.EMPTY);
        unreachable.initCause(cause);
        return unreachable;
    }

    /** @param why a clause about the certificate */
    static ClientException untrusted(URI node, String why) {
        return new ClientException(
                UNTRUSTED,
                "The certificate of " + node + " is not trusted: " + why
                        + ". Which certificates are trusted is said by ClientOptions.trust.",
                false,
                Value.Struct.EMPTY);
    }

    static ClientException timeout(String op, Duration limit) {
        return new ClientException(ErrorCode.TIMEOUT, "No answer to " + op + " within " + limit.toMillis() + " ms.");
    }

    static ClientException closed() {
        return new ClientException(CLOSED, "The client is closed.", false, Value.Struct.EMPTY);
    }

    /** @param error {@code code, message}, perhaps {@code retryable}, and what the node adds */
    static ClientException of(Value.Struct error) {
        Fields fields = Fields.of("an error", error);
        return new ClientException(
                fields.requireText("code"),
                fields.requireText("message"),
                fields.findBool("retryable").orElse(false),
                error);
    }

    /**
     * The same as problem+json (RFC 9457).
     *
     * @param problem {@code code, detail}, perhaps {@code retryable}, and what the node adds
     */
    static ClientException ofProblem(Value.Struct problem) {
        Map<String, Value> error = new LinkedHashMap<>(problem.fields());
        error.keySet().removeAll(HTTP_ALONE);
        error.put("message", Value.of(Fields.of("a problem", problem).requireText("detail")));
        return of(new Value.Struct(error));
    }

    public String code() {
        return code;
    }

    public boolean is(ErrorCode other) {
        return code.equals(other.name());
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return retryable;
    }

    /** What the node said, with facts such as {@code currentRevision}. */
    public Value.Struct details() {
        return details;
    }
}
