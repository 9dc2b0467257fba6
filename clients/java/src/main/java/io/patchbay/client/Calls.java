package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the application: so many at a time, the others in order, each tried again until it is answered, refused, or its time is over. A write carries its key from try to try, so that it is
 * carried out once. The client's thread only.
 */
final class Calls {
    /** What another try may mend. A limit of logins is none of it: hammering would only prolong it. */
    private static final Set<String> TRIED_AGAIN = Set.of(
            ClientException.DISCONNECTED,
            ErrorCode.TIMEOUT.name(),
            ErrorCode.STOPPING.name(),
            ErrorCode.UNAVAILABLE.name(),
            ErrorCode.STORE_UNAVAILABLE.name(),
            ErrorCode.OVERLOADED.name());

    private final Loop loop;
    private final ClientOptions options;
    private final Backend backend;
    private final Deque<Call> waiting = new ArrayDeque<>();
    /** Every call that has not ended, also those between two tries. */
    private final Set<Call> all = new HashSet<>();

    private int inFlight;

    /** What calls need of the client. */
    interface Backend {
        @Nullable
        Connection live();

        /** Asks for a connection; {@link Calls#pump} is called when it is there. */
        void want();

        /** Renews the login; fails if there is none. */
        CompletableFuture<Void> renew();
    }

    private static final class Call {
        private final Supplier<Request> request;
        private final boolean urgent;
        private final CompletableFuture<Value.Struct> result = new CompletableFuture<>();
        private final long deadlineNs;
        private @Nullable Future<?> timer;
        private Duration pause = ClientLimits.FIRST_RETRY;
        private boolean renewed;

        Call(Supplier<Request> request, boolean urgent, Duration limit) {
            this.request = request;
            this.urgent = urgent;
            this.deadlineNs = System.nanoTime() + limit.toNanos();
        }
    }

    Calls(Loop loop, ClientOptions options, Backend backend) {
        this.loop = loop;
        this.options = options;
        this.backend = backend;
    }

    CompletableFuture<Value.Struct> call(Request request) {
        if (waiting.size() >= ClientLimits.CALLS_WAITING) {
            return CompletableFuture.failedFuture(new ClientException(
                    ErrorCode.OVERLOADED,
                    "More than " + ClientLimits.CALLS_WAITING + " calls wait already; wait for some before the next."));
        }
        return begin(new Call(() -> request, false, options.callTimeout()));
    }

    /** Before all others, and beside the most that are allowed: what they may be waiting for. The request is made anew for each try. */
    CompletableFuture<Value.Struct> urgent(Supplier<Request> request) {
        return begin(new Call(request, true, options.callTimeout()));
    }

    boolean areLeft() {
        return !all.isEmpty();
    }

    /** Sends what may be sent. */
    void pump() {
        Connection connection = backend.live();
        if (connection == null) {
            if (!waiting.isEmpty()) {
                backend.want();
            }
            return;
        }
        while (connection.isOpen() && !waiting.isEmpty() && mayBeSent(waiting.peek(), connection)) {
            send(connection, waiting.remove());
        }
    }

    void close(ClientException reason) {
        waiting.clear();
        new ArrayList<>(all).forEach(call -> fail(call, reason));
    }

    private boolean mayBeSent(Call call, Connection connection) {
        return call.urgent || inFlight < connection.places();
    }

    private CompletableFuture<Value.Struct> begin(Call call) {
        all.add(call);
        call.timer = loop.after(options.callTimeout(), () -> {
            waiting.remove(call);
            fail(
                    call,
                    new ClientException(
                            ClientException.DISCONNECTED,
                            "No answer of " + options.node() + " within the time of the call.",
                            true,
                            Value.Struct.EMPTY));
        });
        queue(call);
        return call.result;
    }

    private void queue(Call call) {
        if (!all.contains(call)) {
            return;
        }
        if (call.urgent) {
            waiting.addFirst(call);
        } else {
            waiting.addLast(call);
        }
        pump();
    }

    private void send(Connection connection, Call call) {
        inFlight++;
        connection.request(call.request.get()).whenComplete((ok, failure) -> {
            inFlight--;
            if (ok != null) {
                end(call);
                call.result.complete(ok);
            } else {
                refused(call, Link.cause(failure));
            }
            pump();
        });
    }

    private void refused(Call call, ClientException reason) {
        if (!all.contains(call)) {
            return;
        }
        if (reason.is(ErrorCode.TOKEN_EXPIRED) && !call.renewed && !call.urgent) {
            call.renewed = true;
            backend.renew().whenComplete((done, failure) -> {
                if (failure == null) {
                    queue(call);
                } else {
                    fail(call, reason);
                }
            });
            return;
        }
        boolean late = System.nanoTime() + call.pause.toNanos() > call.deadlineNs;
        if (!TRIED_AGAIN.contains(reason.code()) || late) {
            fail(call, reason);
        } else if (reason.code().equals(ClientException.DISCONNECTED)) {
            // The next connection has a wait of its own.
            again(call);
        } else {
            loop.after(randomlyWithin(call.pause), () -> queue(call));
            Duration doubled = call.pause.multipliedBy(2);
            call.pause = doubled.compareTo(ClientLimits.LONGEST_RETRY) < 0 ? doubled : ClientLimits.LONGEST_RETRY;
        }
    }

    /** It was before all that wait now. */
    private void again(Call call) {
        waiting.addFirst(call);
        backend.want();
    }

    private static Duration randomlyWithin(Duration longest) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest.toMillis() + 1));
    }

    private void fail(Call call, ClientException reason) {
        end(call);
        call.result.completeExceptionally(reason);
    }

    private void end(Call call) {
        all.remove(call);
        if (call.timer != null) {
            call.timer.cancel(false);
        }
    }

    /** The calls that only a connection can help, when the node refuses one. */
    void failWaiting(ClientException reason) {
        List<Call> left = new ArrayList<>(waiting);
        waiting.clear();
        left.forEach(call -> fail(call, reason));
    }
}
