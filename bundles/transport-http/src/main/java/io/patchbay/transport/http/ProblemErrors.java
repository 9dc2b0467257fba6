package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.Problem;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What Jetty itself refuses (broken HTTP, ambiguous addresses, huge headers), said as problem+json like all else. */
final class ProblemErrors implements Request.Handler {
    private final Answers answers = new Answers(() -> true, new Streams(0));
    private final HttpMeters meters;

    ProblemErrors(HttpMeters meters) {
        this.meters = meters;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Object cause = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
        int status = cause instanceof HttpException known ? known.getCode() : response.getStatus();
        String reason = cause instanceof HttpException known ? known.getReason() : null;
        PatchbayException why = why(status, reason);
        meters.answered(status);
        meters.refusals.count(why);
        answers.write(request, response, callback, Problem.of(status, why));
        return true;
    }

    static HttpResponse problem(int status, @org.jspecify.annotations.Nullable String reason) {
        return Problem.of(status, why(status, reason));
    }

    private static PatchbayException why(int status, @org.jspecify.annotations.Nullable String reason) {
        String why = reason == null || reason.isBlank() ? "" : ": " + reason;
        return switch (status) {
            case 404 -> new PatchbayException(ErrorCode.NOT_FOUND, "There is nothing at this address.");
            case 408 -> new PatchbayException(ErrorCode.TIMEOUT, "The request did not arrive in time.");
            case 413 -> new PatchbayException(ErrorCode.TOO_LARGE, "The request's body is too large.");
            case 414, 431 ->
                PatchbayException.beyond(
                        "header_bytes",
                        ErrorCode.LIMIT_EXCEEDED,
                        "Address and headers of a request may have at most " + HttpLimits.HEADER_BYTES
                                + " bytes together.");
            case 503 -> new PatchbayException(ErrorCode.UNAVAILABLE, "The server can't answer now.");
            default ->
                status < 500 || status == 505
                        ? new PatchbayException(ErrorCode.MALFORMED, "The request is not valid HTTP" + why + ".")
                        : new PatchbayException(
                                ErrorCode.INTERNAL, "The server failed to answer this request; its log says why.");
        };
    }
}
