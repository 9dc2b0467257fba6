package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.Problem;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where every request comes in: checks the host and the origin, then shows it to the WebSocket door or to its route. Called by transport threads, never waits. */
final class FrontDoor extends Handler.Abstract.NonBlocking {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final Pattern DOT_SEGMENT = Pattern.compile("(^|/)\\.\\.?(/|$)");
    private static final String CORS_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String CORS_REQUEST_HEADERS =
            "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Accept, Last-Event-ID";
    private static final String CORS_RESPONSE_HEADERS = "ETag, Location, Retry-After, Idempotency-Replayed";
    private static final String CORS_MAX_AGE_SECONDS = "600";

    private final Routes routes;
    private final Answers answers;
    private final WebSocketDoor webSockets;
    private final BodyBudget budget;
    private final HttpMeters meters;
    private final Duration requestTime;
    private volatile Hosts hosts;

    FrontDoor(
            Routes routes,
            Answers answers,
            WebSocketDoor webSockets,
            BodyBudget budget,
            HttpMeters meters,
            Duration requestTime,
            Hosts hosts) {
        this.routes = routes;
        this.answers = answers;
        this.webSockets = webSockets;
        this.budget = budget;
        this.meters = meters;
        this.requestTime = requestTime;
        this.hosts = hosts;
    }

    void setHosts(Hosts hosts) {
        this.hosts = hosts;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        HandOffEndPoint endPoint = endPoint(request);
        endPoint.requestStarted();
        Request.addCompletionListener(request, ended -> endPoint.requestEnded());
        // While a route works on it a request is not idle; it has its own time limits.
        request.addIdleTimeoutListener(idle -> false);
        try {
            receive(endPoint, request, response, callback);
        } catch (PatchbayException e) {
            meters.refusals.count(e);
            answer(request, response, callback, Problem.of(e));
        } catch (RuntimeException e) {
            if (e instanceof HttpException broken) {
                answer(request, response, callback, ProblemErrors.problem(broken.getCode(), broken.getReason()));
                return true;
            }
            LOG.error("{} {} failed", request.getMethod(), request.getHttpURI().getPath(), e);
            meters.refusals.count(e);
            answer(request, response, callback, Problem.of(e));
        }
        return true;
    }

    /** What reaches no route. */
    private void answer(Request request, Response response, Callback callback, HttpResponse answer) {
        meters.answered(answer.status());
        answers.write(request, response, callback, answer);
    }

    static HandOffEndPoint endPoint(Request request) {
        return (HandOffEndPoint) request.getConnectionMetaData().getConnection().getEndPoint();
    }

    static PatchbayException notFound(Request request) {
        return new PatchbayException(
                ErrorCode.NOT_FOUND,
                "There is nothing at " + request.getHttpURI().getPath() + ".");
    }

    private void receive(HandOffEndPoint endPoint, Request request, Response response, Callback callback) {
        boolean loopback = endPoint.loopback();
        checkHost(request, loopback);
        Origins.Verdict origin = checkOrigin(request, response, loopback);
        String path = request.getHttpURI().getPath();
        if (!path.startsWith("/") && !path.equals("*")
                || path.contains("/.") && DOT_SEGMENT.matcher(path).find()) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST, "The address of a request is a path without \".\" and \"..\" segments.");
        }
        if (origin == Origins.Verdict.ALLOWED && isPreflight(request)) {
            answer(request, response, callback, preflight());
        } else if (path.equals(WebSocketDoor.PATH)) {
            webSockets.receive(request, response, callback);
        } else {
            route(path, request, response, callback);
        }
    }

    private void checkHost(Request request, boolean loopback) {
        String host = request.getHttpURI().getHost();
        if (!hosts.accepts(host == null || !hasHost(request) ? "" : host, loopback)) {
            throw new PatchbayException(
                    ErrorCode.HOST_REFUSED,
                    "This node listens on this machine alone and answers to localhost, 127.0.0.1 and [::1], not to \""
                            + host + "\"; http.allowedHosts in the configuration adds names, such as a proxy's.");
        }
    }

    /** Without a Host header Jetty puts in the address that the client reached, which says nothing about the name it used. */
    private static boolean hasHost(Request request) {
        return request.getHeaders().contains(HttpHeader.HOST);
    }

    private Origins.Verdict checkOrigin(Request request, Response response, boolean loopback) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null) {
            return Origins.Verdict.SAME;
        }
        HttpURI uri = request.getHttpURI();
        Origins.Verdict verdict = new Origins(hosts).judge(origin, uri.getAuthority(), request.isSecure(), loopback);
        HttpFields.Mutable headers = response.getHeaders();
        headers.add("Vary", "Origin");
        if (verdict == Origins.Verdict.REFUSED) {
            throw new PatchbayException(
                    ErrorCode.ORIGIN_REFUSED,
                    "Web pages from " + origin
                            + " may not use this node; http.allowedHosts in the configuration adds their host.");
        }
        if (verdict == Origins.Verdict.ALLOWED) {
            headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.put(HttpHeader.ACCESS_CONTROL_EXPOSE_HEADERS, CORS_RESPONSE_HEADERS);
            headers.put("Cross-Origin-Resource-Policy", "cross-origin");
        }
        return verdict;
    }

    private static boolean isPreflight(Request request) {
        return request.getMethod().equals("OPTIONS")
                && request.getHeaders().contains(HttpHeader.ACCESS_CONTROL_REQUEST_METHOD);
    }

    private static HttpResponse preflight() {
        return HttpResponse.empty(204)
                .with("Access-Control-Allow-Methods", CORS_METHODS)
                .with("Access-Control-Allow-Headers", CORS_REQUEST_HEADERS)
                .with("Access-Control-Max-Age", CORS_MAX_AGE_SECONDS);
    }

    private void route(String path, Request request, Response response, Callback callback) {
        String method = request.getMethod();
        if (path.equals("*")) {
            throw notFound(request);
        }
        RouteTable.Lookup found = routes.find(method, path);
        if (found instanceof RouteTable.Match match) {
            new RouteCall(
                            routes,
                            answers,
                            budget,
                            meters,
                            getServer().getScheduler(),
                            requestTime,
                            match,
                            request,
                            response,
                            callback)
                    .start();
        } else if (found instanceof RouteTable.WrongMethod wrong) {
            answer(request, response, callback, wrongMethod(method, wrong.allowed()));
        } else {
            throw notFound(request);
        }
    }

    private static HttpResponse wrongMethod(String method, Set<String> allowed) {
        String list = String.join(", ", allowed);
        HttpResponse answer = method.equals("OPTIONS")
                ? HttpResponse.empty(204)
                : Problem.of(new PatchbayException(
                        ErrorCode.METHOD_NOT_ALLOWED, "This address takes " + list + ", not " + method + "."));
        return answer.with("Allow", list);
    }
}
