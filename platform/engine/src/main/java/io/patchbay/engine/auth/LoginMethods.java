package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The login methods of the moment, each used under a lease that lasts as long as its answer takes. Any thread, no call waits. */
@Component(service = LoginMethods.class)
public final class LoginMethods {
    static final int THREADS = 2;
    static final int QUEUE = 256;

    private final Providers providers;
    private final WorkThreads threads = new WorkThreads("login", THREADS, QUEUE);
    // Methods that were there once: for these a caller waits through a swap, for others there is nothing to wait for.
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    @Activate
    public LoginMethods(@Reference Providers providers) {
        this.providers = providers;
    }

    List<String> names() {
        return providers.names(AuthMethod.class);
    }

    /** The id of the account that the request proves. */
    CompletionStage<String> authenticate(LoginRequest request) {
        return call(request.method(), method -> method.authenticate(request));
    }

    /** What an account keeps of {@code secret}. */
    CompletionStage<String> enrol(String name, String secret) {
        return call(name, method -> method.enrol(secret));
    }

    private <T> CompletionStage<T> call(String name, Function<AuthMethod, CompletionStage<T>> work) {
        List<String> present = names();
        seen.addAll(present);
        if (!seen.contains(name)) {
            return present.isEmpty()
                    ? Failures.failed(ErrorCode.UNAVAILABLE, "There is no such login method; no bundle offers one.")
                    : Failures.failed(
                            ErrorCode.BAD_REQUEST,
                            "There is no such login method; there is " + String.join(", ", present) + ".");
        }
        // The call itself too: a stage composed behind the lease could run on the caller's thread, such as a socket's.
        return threads.submit(() -> callUnder(providers.acquire(AuthMethod.class, name), work))
                .thenCompose(Function.identity());
    }

    private static <T> CompletionStage<T> callUnder(
            Lease<AuthMethod> lease, Function<AuthMethod, CompletionStage<T>> work) {
        CompletionStage<T> answer;
        try {
            answer = work.apply(lease.provider());
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((value, failure) -> lease.close()).exceptionally(failure -> {
            throw new CompletionException(Failures.of(failure));
        });
    }

    @Deactivate
    public void close() {
        threads.close();
    }
}
