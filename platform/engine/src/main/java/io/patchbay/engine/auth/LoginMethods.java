package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The login methods of the moment, each used under a lease that lasts as long as its answer takes. While a method is being replaced and nobody serves, its callers wait without a thread, so that
 * the logins by other methods go on. Any thread, no call waits.
 */
@Component(service = LoginMethods.class)
public final class LoginMethods {
    static final int THREADS = 2;
    static final int QUEUE = 256;
    /** Logins that wait for their method to come back. */
    static final int WAITING = 1024;

    private static final Logger LOG = LoggerFactory.getLogger("auth");

    private final Providers providers;
    private final WorkThreads threads = new WorkThreads("login", THREADS, QUEUE);
    // Methods that were there once: for these a caller waits through a swap, for others there is nothing to wait for.
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Set<CompletableFuture<Void>> waiting = ConcurrentHashMap.newKeySet();
    private final AutoCloseable listening;

    @Activate
    public LoginMethods(@Reference Providers providers) {
        this.providers = providers;
        this.listening = providers.onChange(AuthMethod.class, this::wake);
    }

    List<String> names() {
        return providers.names(AuthMethod.class);
    }

    /** How many logins wait for their method to come back. */
    int waiting() {
        return waiting.size();
    }

    CompletionStage<List<LoginMethod>> describe() {
        return threads.submit(() -> {
            List<LoginMethod> described = new ArrayList<>();
            names().forEach(name -> providers.find(AuthMethod.class, name).ifPresent(lease -> {
                try (lease) {
                    described.add(new LoginMethod(name, lease.provider().fields()));
                } catch (RuntimeException e) {
                    LOG.warn("The login method {} can't say what it asks for.", name, e);
                }
            }));
            return List.copyOf(described);
        });
    }

    CompletionStage<LoginStep> begin(LoginRequest request) {
        return call(request.method(), lease -> lease.provider().begin(request).thenApply(step -> checked(lease, step)));
    }

    /** @param state of the step before; LOGIN_EXPIRED if the version that serves now does not read it */
    CompletionStage<LoginStep> resume(StateRecord state, LoginRequest answer) {
        return call(answer.method(), lease -> {
            if (!lease.stateVersions().adopts().contains(state.version())) {
                return Failures.failed(
                        ErrorCode.LOGIN_EXPIRED,
                        "The login method has been replaced by a version that can't go on with this login; start the login again.");
            }
            return lease.provider().resume(state, answer).thenApply(step -> checked(lease, step));
        });
    }

    /** What an account keeps of {@code secret}. */
    CompletionStage<String> enrol(String name, String secret) {
        return call(name, lease -> lease.provider().enrol(secret));
    }

    /** Whether all that vouched for the account still do. A method that is not installed any more is not asked: who is logged in stays so. */
    CompletionStage<Boolean> vouchFor(Account account) {
        CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
        for (String voucher : account.vouchers()) {
            all = all.thenCompose(good -> good && names().contains(voucher)
                    ? call(voucher, lease -> lease.provider().vouches(account.name()))
                    : CompletableFuture.completedFuture(good));
        }
        return all;
    }

    /** A plan tells from what is declared whose logins go on, so nothing else may be kept. */
    private static LoginStep checked(Lease<AuthMethod> lease, LoginStep step) {
        if (step instanceof LoginStep.Challenge challenge) {
            StateVersions declared = lease.stateVersions();
            int version = challenge.state().version();
            boolean good = declared.saves().equals(OptionalInt.of(version))
                    && declared.adopts().contains(version)
                    && challenge.state().body().length <= HalfDoneLogins.STATE_BYTES
                    && !challenge.fields().isEmpty()
                    && challenge.fields().size() <= HalfDoneLogins.FIELDS;
            if (!good) {
                throw new IllegalStateException(
                        "the login method " + lease.provider().name()
                                + " asks with a state of version " + version + " and "
                                + challenge.state().body().length + " bytes and "
                                + challenge.fields().size()
                                + " fields; its component declares " + declared + ", and there are at most "
                                + HalfDoneLogins.STATE_BYTES + " bytes and 1 to " + HalfDoneLogins.FIELDS + " fields");
            }
        }
        return step;
    }

    private <T> CompletionStage<T> call(String name, Function<Lease<AuthMethod>, CompletionStage<T>> work) {
        List<String> present = names();
        seen.addAll(present);
        if (!seen.contains(name)) {
            return present.isEmpty()
                    ? Failures.failed(ErrorCode.UNAVAILABLE, "There is no such login method; no bundle offers one.")
                    : Failures.failed(
                            ErrorCode.BAD_REQUEST,
                            "There is no such login method; there is " + String.join(", ", present) + ".");
        }
        return attempt(name, work, System.nanoTime() + Limits.LEASE_WAIT.toNanos());
    }

    /** The call itself is a thread's of ours too: a stage composed behind the lease could run on the caller's, such as a socket's. */
    private <T> CompletionStage<T> attempt(
            String name, Function<Lease<AuthMethod>, CompletionStage<T>> work, long deadlineNs) {
        return threads.submit(() -> providers
                        .find(AuthMethod.class, name)
                        .map(lease -> callUnder(lease, work))
                        .orElseGet(() -> attemptLater(name, work, deadlineNs)))
                .thenCompose(Function.identity());
    }

    private <T> CompletionStage<T> attemptLater(
            String name, Function<Lease<AuthMethod>, CompletionStage<T>> work, long deadlineNs) {
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
            return Failures.failed(
                    ErrorCode.UNAVAILABLE, "The login method '" + name + "' is not there now; try again later.");
        }
        if (waiting.size() >= WAITING) {
            return CompletableFuture.failedFuture(PatchbayException.beyond(
                    "logins_without_method",
                    ErrorCode.OVERLOADED,
                    "Too many logins wait for their login method; try again in a moment."));
        }
        CompletableFuture<Void> change = new CompletableFuture<>();
        waiting.add(change);
        // Only who is among the waiting is woken: look once more for what came before that.
        if (names().contains(name)) {
            change.complete(null);
        }
        return change.completeOnTimeout(null, leftNs, TimeUnit.NANOSECONDS).thenCompose(woken -> {
            waiting.remove(change);
            return attempt(name, work, deadlineNs);
        });
    }

    private void wake() {
        // They only queue up for our threads: who swaps does not do their work.
        List.copyOf(waiting).forEach(change -> change.complete(null));
    }

    private static <T> CompletionStage<T> callUnder(
            Lease<AuthMethod> lease, Function<Lease<AuthMethod>, CompletionStage<T>> work) {
        CompletionStage<T> answer;
        try {
            answer = work.apply(lease);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((value, failure) -> {
                    lease.close();
                    if (failure != null && Failures.of(failure).code() == ErrorCode.INTERNAL) {
                        lease.failed(failure);
                    }
                })
                .exceptionally(failure -> {
                    throw new CompletionException(Failures.of(failure));
                });
    }

    @Deactivate
    public void close() throws Exception {
        listening.close();
        threads.close();
    }
}
