package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who the client is: the tokens, renewed before they end. The client's thread only, but for {@link #tokens()}. */
final class Login {
    /** An access token is renewed when this share of its time has passed. */
    private static final double RENEW_AT = 0.8;

    private static final Duration RENEW_AGAIN = Duration.ofSeconds(5);

    private final Loop loop;
    private final Consumer<Optional<Tokens>> onTokens;
    private volatile Optional<Tokens> tokens = Optional.empty();
    private @Nullable Future<?> timer;
    private @Nullable CompletableFuture<Void> renewal;

    Login(Loop loop, Consumer<Optional<Tokens>> onTokens) {
        this.loop = loop;
        this.onTokens = onTokens;
    }

    /** Any thread. */
    Optional<Tokens> tokens() {
        return tokens;
    }

    /** Makes a new connection that of who is logged in. */
    CompletableFuture<Void> greet(Connection connection, Calls calls) {
        if (tokens.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Tokens known = tokens.get();
        Value.Struct token = Value.struct("token", Value.of(known.accessToken()));
        return connection
                .request(Request.of("login", token))
                .<Void>thenApply(ok -> null)
                .exceptionallyCompose(failure -> Link.cause(failure).is(ErrorCode.TOKEN_EXPIRED)
                        ? connection.request(refresh(known)).thenAccept(ok -> keep(Answers.tokens(ok), calls))
                        : CompletableFuture.failedFuture(failure));
    }

    /** One renewal at a time: a refresh token works once. */
    CompletableFuture<Void> renew(Calls calls) {
        if (tokens.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new ClientException(ErrorCode.UNAUTHENTICATED, "Nobody is logged in."));
        }
        Tokens known = tokens.get();
        if (renewal == null) {
            CompletableFuture<Void> next =
                    calls.urgent(() -> refresh(tokens.orElse(known))).thenAccept(ok -> keep(Answers.tokens(ok), calls));
            renewal = next;
            next.whenComplete((done, failure) -> renewal = null);
            return next;
        }
        return renewal;
    }

    void keep(Tokens next, Calls calls) {
        tokens = Optional.of(next);
        schedule(Duration.ofNanos((long) (next.expiresIn().toNanos() * RENEW_AT)), calls);
        onTokens.accept(tokens);
    }

    void forget() {
        close();
        if (tokens.isPresent()) {
            tokens = Optional.empty();
            onTokens.accept(tokens);
        }
    }

    void close() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    static Request refresh(Tokens tokens) {
        return Request.of("refresh", Value.struct("refreshToken", Value.of(tokens.refreshToken())));
    }

    private void schedule(Duration wait, Calls calls) {
        close();
        timer = loop.after(
                wait,
                () -> renew(calls).whenComplete((done, failure) -> {
                    // When the login is over, the next call says so.
                    if (failure != null && Link.cause(failure).retryable() && tokens.isPresent()) {
                        schedule(RENEW_AGAIN, calls);
                    }
                }));
    }
}
