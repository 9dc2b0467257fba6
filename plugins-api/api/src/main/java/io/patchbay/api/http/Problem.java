package io.patchbay.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * An error as {@code application/problem+json} (RFC 9457): {@code type, title, status, detail}, our {@code code, number, retryable}, and the exception's details as further members.
 *
 * <p>{@code type} is {@code about:blank} and {@code title} therefore the status's phrase: what tells errors apart is {@code code}.
 */
public final class Problem {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> OWN_MEMBERS =
            Set.of("type", "title", "status", "detail", "code", "number", "retryable");
    /** The detail that says when to try again, in seconds. */
    private static final String RETRY_AFTER = "retryAfter";
    /** Where the failure does not say. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private Problem() {}

    /** The answer to a failed request: the failure's own code if it is a {@link PatchbayException}, also inside what futures wrap it in, otherwise INTERNAL without its message. */
    public static HttpResponse of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof PatchbayException known
                ? of(known)
                : of(new PatchbayException(
                        ErrorCode.INTERNAL, "The server failed to answer this request; its log says why."));
    }

    public static HttpResponse of(PatchbayException failure) {
        return of(failure.code().httpStatus(), failure);
    }

    /** With another status than the code's own, where HTTP has a more exact one. */
    public static HttpResponse of(int status, PatchbayException failure) {
        HttpResponse response = HttpResponse.of(status, CONTENT_TYPE, body(status, failure));
        if (status == 401) {
            response = response.with("WWW-Authenticate", "Bearer");
        }
        if (failure.code().retryable() && (status == 503 || status == 429)) {
            Object known = failure.details().get(RETRY_AFTER);
            response = response.with("Retry-After", known == null ? RETRY_AFTER_SECONDS : known.toString());
        }
        return response;
    }

    private static byte[] body(int status, PatchbayException failure) {
        ErrorCode code = failure.code();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", phrase(status));
            json.writeNumberField("status", status);
            json.writeStringField("detail", String.valueOf(failure.getMessage()));
            json.writeStringField("code", code.name());
            json.writeNumberField("number", code.number());
            json.writeBooleanField("retryable", code.retryable());
            for (Map.Entry<String, Object> detail : new TreeMap<>(failure.details()).entrySet()) {
                writeDetail(json, detail.getKey(), detail.getValue());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void writeDetail(JsonGenerator json, String name, Object value) throws IOException {
        if (OWN_MEMBERS.contains(name)) {
            return;
        }
        if (value instanceof Boolean flag) {
            json.writeBooleanField(name, flag);
        } else if (value instanceof Long || value instanceof Integer) {
            json.writeNumberField(name, ((Number) value).longValue());
        } else {
            json.writeStringField(name, value.toString());
        }
    }

    private static String phrase(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 411 -> "Length Required";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error " + status;
        };
    }
}
