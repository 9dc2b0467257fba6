package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/** Every subscription of a client, over its connections. The client's thread only. */
final class Subscriptions implements ChangesSubscription.Flow {
    private final Loop loop;
    private final Calls calls;
    private final Calls.Backend backend;
    private final Map<Long, LiveSubscription> all = new HashMap<>();
    private long nextNumber = 1;

    Subscriptions(Loop loop, Calls calls, Calls.Backend backend) {
        this.loop = loop;
        this.calls = calls;
        this.backend = backend;
    }

    boolean areLeft() {
        return !all.isEmpty();
    }

    /** @param maker of the subscription with the number that it gets */
    CompletableFuture<Subscription> add(LongFunction<LiveSubscription> maker) {
        LiveSubscription subscription = maker.apply(nextNumber++);
        all.put(subscription.number, subscription);
        return calls.call(subscription.request())
                .<Subscription>thenApply(ok -> {
                    subscription.onSubscribed(ok.findText("position").orElseThrow());
                    return () -> remove(subscription);
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        all.remove(subscription.number);
                    }
                });
    }

    void receive(Message.Event event) {
        LiveSubscription subscription = all.get(event.subscription());
        // The reply comes first; what comes before it answers a try that was given up.
        if (subscription != null && subscription.established) {
            subscription.receive(event).ifPresent(reason -> ended(subscription, reason));
        }
    }

    /** After a login on a new connection, before any call goes out: so a write's own change is never seen before the resume. */
    CompletableFuture<Void> resumeAll(Connection connection) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (LiveSubscription subscription : new ArrayList<>(all.values())) {
            if (subscription.established && subscription.wantsEvents()) {
                done = done.thenCompose(before -> resume(connection, subscription));
            }
        }
        return done;
    }

    /** None goes on by itself. */
    void endAll(ClientException reason) {
        List<LiveSubscription> left =
                all.values().stream().filter(each -> each.established).toList();
        left.forEach(each -> end(each, reason));
    }

    void close() {
        all.values().forEach(each -> each.closed = true);
        all.clear();
    }

    @Override
    public void stop(ChangesSubscription subscription) {
        Connection connection = backend.live();
        if (connection != null) {
            // No event of it follows the reply, so the number is free again then.
            connection
                    .request(LiveSubscription.unsubscribe(subscription.number))
                    .whenComplete((ok, failure) -> {
                        subscription.stopped = true;
                        goOnIfIdle(subscription);
                    });
        } else {
            subscription.stopped = true;
        }
    }

    @Override
    public void goOn(ChangesSubscription subscription) {
        loop.execute(() -> goOnIfIdle(subscription));
    }

    private void goOnIfIdle(ChangesSubscription subscription) {
        if (!all.containsKey(subscription.number) || !subscription.mayGoOn()) {
            return;
        }
        subscription.resume();
        Connection connection = backend.live();
        if (connection != null) {
            resume(connection, subscription);
        } else {
            // The next connection resumes it with the others.
            backend.want();
        }
    }

    private CompletableFuture<Void> resume(Connection connection, LiveSubscription subscription) {
        return connection
                .request(subscription.request())
                .<Void>thenApply(ok -> null)
                .exceptionallyCompose(failure -> {
                    ClientException reason = Link.cause(failure);
                    if (reason.retryable()) {
                        // Without its events the connection is of no use: the next one begins anew.
                        connection.close();
                        return CompletableFuture.failedFuture(reason);
                    }
                    if (reason.is(ErrorCode.HISTORY_GONE) && subscription.restart()) {
                        return connection.request(subscription.request()).thenApply(ok -> null);
                    }
                    ended(subscription, reason);
                    return CompletableFuture.completedFuture(null);
                });
    }

    private void ended(LiveSubscription subscription, ClientException reason) {
        if (!reason.is(ErrorCode.TOKEN_EXPIRED)) {
            end(subscription, reason);
            return;
        }
        // The machine slept, or the renewal came late: the subscription ended with the token and goes on with the next.
        Connection before = backend.live();
        backend.renew().whenComplete((done, failure) -> {
            if (failure != null) {
                end(subscription, Link.cause(failure));
            } else if (before != null && before == backend.live() && all.containsKey(subscription.number)) {
                resume(before, subscription);
            }
        });
    }

    private void remove(LiveSubscription subscription) {
        subscription.closed = true;
        loop.execute(() -> {
            Connection connection = backend.live();
            if (all.remove(subscription.number) != null && connection != null) {
                connection.request(LiveSubscription.unsubscribe(subscription.number));
            }
        });
    }

    private void end(LiveSubscription subscription, ClientException reason) {
        if (all.remove(subscription.number) != null) {
            subscription.end(reason);
        }
    }
}
