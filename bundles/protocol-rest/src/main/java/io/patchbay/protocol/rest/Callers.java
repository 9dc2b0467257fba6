package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.Sessions;
import io.patchbay.protocol.rest.Route.Access;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds out who calls, by the bearer token (RFC 6750), and opens a session. */
final class Callers {
    private static final String SCHEME = "Bearer ";

    private final Logins logins;
    private final Sessions sessions;

    Callers(Logins logins, Sessions sessions) {
        this.logins = logins;
        this.sessions = sessions;
    }

    /** UNAUTHENTICATED, TOKEN_EXPIRED; FORBIDDEN if the route is for admins and the caller is none. */
    CompletionStage<Identity> identify(Access access, HttpRequest request) {
        Optional<String> header = request.findHeader("authorization");
        return switch (access) {
            case OPEN -> CompletableFuture.completedFuture(Identity.ANONYMOUS);
            case SESSION ->
                header.isEmpty()
                        ? CompletableFuture.completedFuture(Identity.ANONYMOUS)
                        : logins.verify(requireToken(request));
            case TICKET -> identifyByTicket(request);
            case ADMIN -> logins.verify(requireToken(request)).thenApply(Callers::requireAdmin);
        };
    }

    private CompletionStage<Identity> identifyByTicket(HttpRequest request) {
        Optional<String> ticket = request.findQuery("ticket");
        if (ticket.isEmpty()) {
            return identify(Access.SESSION, request);
        }
        if (request.findHeader("authorization").isPresent()) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "Say who calls by the Authorization header or by the query parameter 'ticket', not by both.",
                    Map.of("field", "ticket"));
        }
        return logins.verifyTicket(ticket.get());
    }

    Session open(Identity identity) {
        return sessions.open(identity);
    }

    static PatchbayException unauthenticated() {
        return new PatchbayException(
                ErrorCode.UNAUTHENTICATED, "Log in first, and send the access token as 'Authorization: Bearer ...'.");
    }

    /** UNAUTHENTICATED if there is none. */
    static String requireToken(HttpRequest request) {
        String header = request.findHeader("authorization").orElseThrow(Callers::unauthenticated);
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new PatchbayException(
                    ErrorCode.UNAUTHENTICATED,
                    "The Authorization header must be 'Bearer', a space, and an access token.");
        }
        return header.substring(SCHEME.length()).strip();
    }

    private static Identity requireAdmin(Identity identity) {
        if (identity.isAdmin()) {
            return identity;
        }
        throw new PatchbayException(ErrorCode.FORBIDDEN, "Only admins may do this.");
    }
}
