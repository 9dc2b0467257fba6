package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.Problem;
import io.patchbay.api.metrics.Refusals;
import io.patchbay.api.protocol.Session;
import io.patchbay.protocol.rest.Route.Access;
import io.patchbay.protocol.rest.Route.Handler;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes by pattern, and what is the same for all of them: the query's names, who calls, and how a failure is answered. Filled before it is used; then any thread. */
final class RouteTable {
    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Callers callers;
    private final Refusals refusals;

    RouteTable(Callers callers, Refusals refusals) {
        this.callers = callers;
        this.refusals = refusals;
    }

    void open(String pattern, Handler handler, String... query) {
        add(new Route(pattern, Access.OPEN, Set.of(query), mayHaveBody(pattern), handler));
    }

    void session(String pattern, Handler handler, String... query) {
        add(new Route(pattern, Access.SESSION, Set.of(query), mayHaveBody(pattern), handler));
    }

    void ticket(String pattern, Handler handler, String... query) {
        add(new Route(pattern, Access.TICKET, Set.of(query), mayHaveBody(pattern), handler));
    }

    void admin(String pattern, Handler handler, String... query) {
        add(new Route(pattern, Access.ADMIN, Set.of(query), mayHaveBody(pattern), handler));
    }

    /** These patterns, which were added before, read no body although their method may have one. */
    void withoutBody(String... patterns) {
        for (String pattern : patterns) {
            Route route = routes.get(pattern);
            routes.put(pattern, new Route(pattern, route.access(), route.query(), false, route.handler()));
        }
    }

    private static boolean mayHaveBody(String pattern) {
        return !pattern.startsWith("GET ") && !pattern.startsWith("DELETE ");
    }

    List<String> patterns() {
        return List.copyOf(routes.keySet());
    }

    Collection<Route> routes() {
        return routes.values();
    }

    CompletionStage<HttpResponse> handle(HttpRequest request) {
        Route route = routes.get(request.pattern());
        CompletionStage<HttpResponse> answer;
        try {
            if (route == null) {
                throw new PatchbayException(ErrorCode.NOT_FOUND, "There is nothing at this path.");
            }
            requireKnownQuery(route, request);
            requireReadBody(route, request);
            answer =
                    callers.identify(route.access(), request).thenCompose(identity -> answer(route, request, identity));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.exceptionally(failure -> problem(request, failure));
    }

    private CompletionStage<HttpResponse> answer(Route route, HttpRequest request, Identity identity) {
        Session session = callers.open(identity);
        CompletionStage<HttpResponse> answer;
        try {
            answer = route.handler().handle(new Call(request, session));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer = answer.whenComplete((response, failure) -> session.close());
        boolean decidedBySession = route.access() == Access.SESSION || route.access() == Access.TICKET;
        boolean mayLogIn = decidedBySession && identity.isAnonymous();
        return mayLogIn ? answer.handle(RouteTable::askForLogin).thenCompose(asked -> asked) : answer;
    }

    /** Who has not said who he is, is asked to; who has, is refused. */
    private static CompletionStage<HttpResponse> askForLogin(HttpResponse response, Throwable failure) {
        if (failure == null) {
            return CompletableFuture.completedFuture(response);
        }
        boolean forbidden =
                Failures.unwrap(failure) instanceof PatchbayException known && known.code() == ErrorCode.FORBIDDEN;
        return CompletableFuture.failedFuture(forbidden ? Callers.unauthenticated() : failure);
    }

    private HttpResponse problem(HttpRequest request, Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        refusals.count(cause);
        if (!(cause instanceof PatchbayException)) {
            LOG.error("{} failed", request.pattern(), cause);
        }
        return Problem.of(cause);
    }

    private static void requireKnownQuery(Route route, HttpRequest request) {
        request.query().forEach((name, values) -> {
            if (!route.query().contains(name)) {
                throw unknown(route, Text.shortened(name));
            }
            if (values.size() != 1) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The query parameter '" + name + "' is given " + values.size() + " times.",
                        Map.of("field", name));
            }
        });
    }

    /** What nobody reads would be lost without a word; an empty object, which some clients always send, says nothing. */
    private static void requireReadBody(Route route, HttpRequest request) {
        if (route.body() || request.body().length == 0) {
            return;
        }
        if (Json.decodeEnvelope(request.body()) instanceof Value.Struct struct) {
            Fields.of("the body", struct).done();
        } else {
            throw new PatchbayException(ErrorCode.BAD_REQUEST, "This request takes no body.");
        }
    }

    private static PatchbayException unknown(Route route, String name) {
        String known = route.query().isEmpty()
                ? " There are none here."
                : route.query().stream().sorted().collect(Collectors.joining(", ", " There are: ", "."));
        String hint = Nearest.find(name, route.query())
                .map(near -> " Did you mean '" + near + "'?")
                .orElse(known);
        return new PatchbayException(
                ErrorCode.UNKNOWN_FIELD,
                "There is no query parameter '" + name + "' here." + hint,
                Map.of("field", name));
    }

    private void add(Route route) {
        if (routes.put(route.pattern(), route) != null) {
            throw new IllegalArgumentException(route.pattern() + " comes twice");
        }
    }
}
