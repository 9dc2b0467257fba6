package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.http.Problem;
import io.patchbay.api.plugin.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to a route: read the body, lease the provider (or wait for it), call it, answer. Every step is asynchronous; the first answer counts, so a timer can answer at any time.
 * The lease ends when the provider's stage does, even if the client was answered by the timer long before; if the answer is a stream, with that.
 */
final class RouteCall {
    private static final Logger LOG = LoggerFactory.getLogger(RouteCall.class);

    private final Routes routes;
    private final Answers answers;
    private final BodyBudget budget;
    private final HttpMeters meters;
    private final long startedNs = System.nanoTime();
    private final Scheduler scheduler;
    private final Duration requestTime;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Runnable retry = this::callProvider;

    /** Set before the step that reads them, by the thread that then starts it. */
    private volatile RouteTable.Match match;
    /** What it was called under, until that is closed. */
    private volatile @Nullable Lease<HttpRoute> calledUnder;

    private volatile byte[] body = {};
    private volatile long waitUntilNs;
    // Written in this order, and read in the other by whoever checks the time.
    private volatile long deadlineNs;
    private volatile boolean arrived;

    RouteCall(
            Routes routes,
            Answers answers,
            BodyBudget budget,
            HttpMeters meters,
            Scheduler scheduler,
            Duration requestTime,
            RouteTable.Match match,
            Request request,
            Response response,
            Callback callback) {
        this.routes = routes;
        this.answers = answers;
        this.budget = budget;
        this.meters = meters;
        this.scheduler = scheduler;
        this.requestTime = requestTime;
        this.match = match;
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    void start() {
        long limit = match.entry().bodyLimit();
        long announced = request.getLength();
        if (announced > limit) {
            throw BodyReader.tooLarge(limit);
        }
        BodyReader reader = new BodyReader(request, limit, budget, this::bodyRead, this::bodyFailed);
        meters.began();
        Request.addCompletionListener(request, ended -> {
            budget.giveBack(reader.taken());
            meters.ended();
        });
        Duration arrival =
                Limits.REQUEST.plusSeconds((announced < 0 ? limit : announced) / HttpLimits.BODY_BYTES_PER_SECOND);
        deadlineNs = startedNs + arrival.toNanos();
        FrontDoor.endPoint(request).watch(this);
        reader.run();
    }

    private void bodyRead(byte[] whole) {
        body = whole;
        long nowNs = System.nanoTime();
        waitUntilNs = nowNs + routes.longestWait().toNanos();
        deadlineNs = nowNs + requestTime.toNanos();
        arrived = true;
        callProvider();
    }

    /** Answers if it has taken too long. Asked now and then, which costs a request nothing; a timer for each cost more than finding its route. */
    void checkTime(long nowNs) {
        boolean running = arrived;
        if (nowNs - deadlineNs < 0) {
            return;
        }
        if (running) {
            PatchbayException late = PatchbayException.beyond(
                    "request",
                    ErrorCode.TIMEOUT,
                    "The request was not answered within " + requestTime.toSeconds() + " s.");
            Lease<HttpRoute> slow = calledUnder;
            if (slow != null && !answered.get()) {
                slow.failed(late);
            }
            refuse(late, false);
        } else {
            answer(ProblemErrors.problem(408, null), true);
        }
    }

    private void bodyFailed(Throwable failure) {
        if (failure instanceof PatchbayException known) {
            refuse(known, true);
        } else if (failure instanceof HttpException broken) {
            answer(ProblemErrors.problem(broken.getCode(), broken.getReason()), true);
        } else if (failure instanceof TimeoutException) {
            answer(ProblemErrors.problem(408, null), true);
        } else if (answered.compareAndSet(false, true)) {
            // The client is gone: there is nobody to answer.
            callback.failed(failure);
        }
    }

    private void callProvider() {
        if (answered.get()) {
            return;
        }
        String name = match.entry().provider();
        Optional<Lease<HttpRoute>> found = routes.findProvider(name);
        if (found.isPresent()) {
            call(found.get());
            return;
        }
        // Parked before looking again: a provider that appears in between wakes this call instead of being missed.
        routes.park(retry);
        found = routes.findProvider(name);
        if (!routes.unpark(retry)) {
            found.ifPresent(Lease::close);
            return;
        }
        if (found.isPresent()) {
            call(found.get());
        } else {
            awaitProvider(name);
        }
    }

    private void awaitProvider(String name) {
        long leftNs = waitUntilNs - System.nanoTime();
        if (leftNs <= 0) {
            refuse(
                    PatchbayException.beyond(
                            "lease_wait",
                            ErrorCode.UNAVAILABLE,
                            "The part that answers this address (" + name
                                    + ") is not running now; try again in a moment."),
                    false);
            return;
        }
        routes.park(retry);
        after(Duration.ofNanos(leftNs), () -> {
            if (routes.unpark(retry)) {
                callProvider();
            }
        });
    }

    private void call(Lease<HttpRoute> lease) {
        if (lease.generation() != match.entry().generation() && !matchAgain()) {
            lease.close();
            return;
        }
        calledUnder = lease;
        try {
            CompletionStage<HttpResponse> stage = lease.provider().handle(toRequest());
            stage.whenComplete((answer, failure) -> {
                calledUnder = null;
                if (answer != null && answer.stream().isPresent()) {
                    stream(answer, lease);
                    return;
                }
                if (answer != null) {
                    lease.close();
                    answer(answer, false);
                } else {
                    fail(lease, failure != null ? failure : new NullPointerException("the route answered nothing"));
                }
            });
        } catch (Throwable e) {
            calledUnder = null;
            fail(lease, e);
        }
    }

    /** A new version of the provider may have other routes. Whether this request still goes to the same provider; otherwise it has been dealt with. */
    private boolean matchAgain() {
        routes.refresh();
        if (routes.find(match.entry().method(), request.getHttpURI().getPath()) instanceof RouteTable.Match now) {
            boolean same = now.entry().provider().equals(match.entry().provider());
            match = now;
            if (!same) {
                callProvider();
            }
            return same;
        }
        refuse(FrontDoor.notFound(request), false);
        return false;
    }

    private void fail(Lease<HttpRoute> lease, Throwable failure) {
        lease.close();
        HttpResponse problem = Problem.of(failure);
        if (problem.status() == 500) {
            lease.failed(failure);
            LOG.error("{} failed for {}", match.entry().pattern(), match.entry().provider(), failure);
        }
        meters.refusals.count(failure);
        answer(problem, false);
    }

    private void refuse(PatchbayException why, boolean close) {
        if (!answered.get()) {
            meters.refusals.count(why);
        }
        answer(Problem.of(why), close);
    }

    private void answer(HttpResponse answer, boolean close) {
        if (answered.compareAndSet(false, true)) {
            routes.unpark(retry);
            if (close) {
                Answers.close(response);
            }
            count(answer);
            answers.write(request, response, callback, answer);
        }
    }

    /** The time for the answer ends with its head; the lease with the stream. */
    private void stream(HttpResponse answer, Lease<HttpRoute> lease) {
        if (answered.compareAndSet(false, true)) {
            routes.unpark(retry);
            count(answer);
            answers.stream(request, response, callback, answer, lease);
        } else {
            lease.close();
        }
    }

    private void count(HttpResponse answer) {
        meters.answered(match.entry().pattern(), answer.status(), System.nanoTime() - startedNs);
    }

    private void after(Duration time, Runnable task) {
        scheduler.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private HttpRequest toRequest() {
        String query = request.getHttpURI().getQuery();
        Map<String, List<String>> parameters = query == null ? Map.of() : Percent.decodeQuery(query);
        Map<String, String> headers = new HashMap<>();
        for (HttpField field : request.getHeaders()) {
            String value = field.getValue() == null ? "" : field.getValue();
            String first = headers.putIfAbsent(field.getLowerCaseName(), value);
            if (first != null) {
                headers.put(field.getLowerCaseName(), first + ", " + value);
            }
        }
        return new HttpRequest(
                match.entry().pattern(),
                request.getMethod(),
                request.getHttpURI().getPath(),
                match.parameters(),
                parameters,
                headers,
                body,
                FrontDoor.endPoint(request).remoteAddress());
    }
}
