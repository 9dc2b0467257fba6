package io.patchbay.engine.auth;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.TokenIssuer;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The token issuer of the moment, used under a lease, on threads of its own: a signature takes a transport's thread too long. */
final class AccessTokens implements AutoCloseable {
    /** The name of the issuer that the node uses. */
    static final String ISSUER = "jwt";

    static final int THREADS = 2;
    static final int QUEUE = 1024;

    private final Providers providers;
    private final WorkThreads threads = new WorkThreads("access-tokens", THREADS, QUEUE);

    AccessTokens(Providers providers) {
        this.providers = providers;
    }

    CompletionStage<String> issue(Identity identity, Duration lifetime) {
        return threads.submit(() -> call(issuer -> issuer.issue(identity, lifetime)));
    }

    CompletionStage<Identity> verify(String token) {
        return threads.submit(() -> call(issuer -> issuer.verify(token)));
    }

    /** Waits for an issuer, bounded, if there is none just now. */
    String jwks() {
        return call(TokenIssuer::jwks);
    }

    int waiting() {
        return threads.waiting();
    }

    @Override
    public void close() {
        threads.close();
    }

    private <T> T call(Function<TokenIssuer, T> work) {
        try (Lease<TokenIssuer> lease = providers.acquire(TokenIssuer.class, ISSUER)) {
            try {
                return work.apply(lease.provider());
            } catch (PatchbayException e) {
                throw e;
            } catch (RuntimeException e) {
                lease.failed(e);
                throw Failures.of(e);
            }
        }
    }
}
