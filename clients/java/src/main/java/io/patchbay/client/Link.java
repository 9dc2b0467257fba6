package io.patchbay.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * At most one connection at a time, made anew as long as somebody wants it: after a random wait within what the node asked for, or within one that doubles, so that a thousand clients do not come
 * back at once. The client's thread only.
 */
final class Link {
    private static final Pattern SERVER_DELAY = Pattern.compile("retry in (\\d{1,9}) ms");
    private static final int MOST_DOUBLINGS = 10;

    private final Loop loop;
    private final Life life;
    private final Function<BiConsumer<Connection, String>, CompletableFuture<Connection>> opener;
    private State state = State.IDLE;
    private @Nullable Connection current;
    private int failures;
    private long notBeforeNs = System.nanoTime();

    private enum State {
        IDLE,
        WAITING,
        OPENING,
        GREETING,
        LIVE,
        CLOSED
    }

    /** Whose connection it is. */
    interface Life {
        /** Logs in and resumes on a new connection, before anybody else may use it. */
        CompletableFuture<Void> greet(Connection connection);

        boolean wanted();

        void onLive();

        /** The node refused the greeting for good: nobody is connected until somebody asks again. */
        void onRefused(ClientException reason);

        void onStatus(Status status);
    }

    /** @param opener opens a connection that tells its end to what it is given */
    Link(Loop loop, Life life, Function<BiConsumer<Connection, String>, CompletableFuture<Connection>> opener) {
        this.loop = loop;
        this.life = life;
        this.opener = opener;
    }

    /** The connection, if it is there and greeted. */
    @Nullable
    Connection live() {
        return state == State.LIVE ? current : null;
    }

    /** Connects, unless that is so or under way. */
    void want() {
        if (state == State.IDLE) {
            state = State.WAITING;
            loop.after(Duration.ofNanos(Math.max(0, notBeforeNs - System.nanoTime())), this::open);
        }
    }

    /** Something tells that the node is there: the next try needs no wait. */
    void hurry() {
        failures = 0;
        notBeforeNs = System.nanoTime();
        open();
    }

    void close() {
        State before = state;
        state = State.CLOSED;
        if (current != null) {
            current.close();
        }
        if (before != State.CLOSED) {
            life.onStatus(Status.CLOSED);
        }
    }

    private void open() {
        if (state != State.WAITING) {
            return;
        }
        state = State.OPENING;
        life.onStatus(Status.CONNECTING);
        opener.apply(this::ended).whenComplete(this::opened);
    }

    private void opened(@Nullable Connection connection, @Nullable Throwable failure) {
        if (connection == null) {
            failed(failure);
        } else if (state == State.CLOSED) {
            connection.close();
        } else {
            current = connection;
            state = State.GREETING;
            life.greet(connection).whenComplete((done, refused) -> greeted(connection, refused));
        }
    }

    private void greeted(Connection connection, @Nullable Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        if (failure != null || !connection.isOpen()) {
            connection.close();
            failed(failure);
            return;
        }
        state = State.LIVE;
        failures = 0;
        life.onStatus(Status.CONNECTED);
        life.onLive();
    }

    private void failed(@Nullable Throwable failure) {
        current = null;
        if (state == State.CLOSED) {
            return;
        }
        state = State.IDLE;
        failures++;
        delay(0);
        ClientException reason = cause(failure);
        if (reason.retryable() && life.wanted()) {
            want();
            return;
        }
        life.onStatus(Status.DISCONNECTED);
        if (!reason.retryable()) {
            life.onRefused(reason);
        }
    }

    private void ended(Connection connection, String reason) {
        Matcher asked = SERVER_DELAY.matcher(reason);
        delay(asked.find() ? Long.parseLong(asked.group(1)) : 0);
        // While it is greeted its requests fail, which ends the greeting.
        if (connection != current || state != State.LIVE) {
            return;
        }
        current = null;
        state = State.IDLE;
        life.onStatus(Status.DISCONNECTED);
        if (life.wanted()) {
            want();
        }
    }

    private void delay(long serverMs) {
        long doubledMs = ClientLimits.FIRST_RECONNECT.toMillis() << Math.min(failures, MOST_DOUBLINGS);
        long longestMs = Math.min(Math.max(doubledMs, serverMs), ClientLimits.LONGEST_RECONNECT.toMillis());
        long waitMs = ThreadLocalRandom.current().nextLong(longestMs + 1);
        notBeforeNs = Math.max(
                notBeforeNs, System.nanoTime() + Duration.ofMillis(waitMs).toNanos());
    }

    /** Whatever it is, as what a caller is told. */
    static ClientException cause(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof ClientException known ? known : ClientException.disconnected();
    }
}
