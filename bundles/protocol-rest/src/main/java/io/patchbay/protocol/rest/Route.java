package io.patchbay.protocol.rest;

import io.patchbay.api.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * One line of the table of routes.
 *
 * @param pattern method and path template
 * @param query names of the query parameters it knows; any other is refused
 * @param body whether it reads a body; if not, one that says anything is refused
 */
record Route(String pattern, Access access, Set<String> query, boolean body, Handler handler) {
    enum Access {
        /** Whoever asks; no token is looked at. */
        OPEN,
        /** The caller's session decides; without a token it is an anonymous one. */
        SESSION,
        /** The same; where no header can be sent, the query parameter {@code ticket} says who calls. */
        TICKET,
        /** Admins alone. */
        ADMIN
    }

    /** Never waits; may throw. */
    interface Handler {
        CompletionStage<HttpResponse> handle(Call call);
    }
}
