package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.auth.TokenIssuer;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.crypto.Secrets;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.keys.TestKeyring;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The auth package on collections in memory, with a login method and an issuer of the simplest kind. */
final class AuthFixture implements AutoCloseable {
    static final String SECRET = "correct horse";

    final MovedClock clock = new MovedClock();
    final InMemorySystemDocuments documents = new InMemorySystemDocuments();
    final List<String> closedFamilies = new CopyOnWriteArrayList<>();
    final SimpleProviders providers = new SimpleProviders();
    final SimpleIssuer issuer = new SimpleIssuer(clock);
    final LoginMethods methods = new LoginMethods(providers);
    final VerifiedTokens verified = new VerifiedTokens(documents, clock);
    final Families families;
    final StoredAccounts accounts;
    final FamilyLogins logins;

    AuthFixture(Path home) {
        Secrets secrets = TestKeyring.in(home.resolve("keys"));
        families = new Families(documents, closedFamilies::add, verified, secrets, Duration.ofDays(30), clock);
        accounts = new StoredAccounts(documents, methods, families, secrets, clock);
        logins = new FamilyLogins(
                documents,
                providers,
                methods,
                families,
                verified,
                new NodeMetrics(new MeterRegistry()),
                Duration.ofMinutes(15),
                clock);
        providers.offer(AuthMethod.class, "password", new SimplePassword());
        providers.offer(TokenIssuer.class, "jwt", issuer);
    }

    Tokens login(String name) {
        return join(tryLogin(name, SECRET));
    }

    CompletionStage<Tokens> tryLogin(String name, String secret) {
        return logins.login(new LoginRequest(
                        "password",
                        Value.struct("identifier", Value.of(name), "password", Value.of(secret)),
                        "192.0.2.1"))
                .thenApply(outcome -> ((LoginOutcome.LoggedIn) outcome).tokens());
    }

    @Override
    public void close() throws Exception {
        logins.close();
        methods.close();
        verified.close();
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    static PatchbayException failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            return Failures.of(e);
        }
        throw new AssertionError("it succeeded");
    }

    /** A password method that hides nothing and hashes nothing. */
    private final class SimplePassword implements AuthMethod {
        @Override
        public String name() {
            return "password";
        }

        @Override
        public CompletionStage<LoginStep> begin(LoginRequest request) {
            String secret = request.fields().findText("password").orElse("");
            return accounts.find(request.fields().findText("identifier").orElse(""))
                    .thenApply(found -> found.filter(account -> ("kept " + secret)
                                    .equals(account.credentials().get("password")))
                            .<LoginStep>map(account -> new LoginStep.Verified(account.id()))
                            .orElse(LoginStep.REFUSED));
        }

        @Override
        public CompletionStage<String> enrol(String secret) {
            return secret.length() < 8
                    ? CompletableFuture.failedFuture(new PatchbayException(ErrorCode.VALUE_INVALID, "too short"))
                    : CompletableFuture.completedFuture("kept " + secret);
        }
    }

    /** Access tokens are numbers, looked up. */
    static final class SimpleIssuer implements TokenIssuer {
        final AtomicInteger verifications = new AtomicInteger();
        private final Map<String, Identity> issued = new ConcurrentHashMap<>();
        private final Clock clock;

        SimpleIssuer(Clock clock) {
            this.clock = clock;
        }

        @Override
        public String issue(Identity identity, Duration lifetime) {
            String token = "token-" + issued.size();
            issued.put(token, identity);
            return token;
        }

        @Override
        public Identity verify(String token) {
            verifications.incrementAndGet();
            Identity identity = issued.get(token);
            if (identity == null) {
                throw new PatchbayException(ErrorCode.UNAUTHENTICATED, "unknown");
            }
            if (!clock.instant().isBefore(identity.expiresAt().orElseThrow())) {
                throw new PatchbayException(ErrorCode.TOKEN_EXPIRED, "expired");
            }
            return identity;
        }

        @Override
        public String jwks() {
            return "{\"keys\":[]}";
        }
    }

    /** Providers that come and go as a test says; counts the leases that are open. */
    static final class SimpleProviders implements Providers {
        final AtomicInteger openLeases = new AtomicInteger();
        private final Map<String, Object> offered = new ConcurrentHashMap<>();
        private final Map<String, StateVersions> declared = new ConcurrentHashMap<>();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

        <T> void offer(Class<T> type, String name, T provider) {
            offered.put(type.getName() + "/" + name, provider);
            listeners.forEach(Runnable::run);
        }

        void declare(String name, StateVersions versions) {
            declared.put(name, versions);
        }

        <T> void withdraw(Class<T> type, String name) {
            offered.remove(type.getName() + "/" + name);
        }

        @Override
        public <T> Lease<T> acquire(Class<T> type, String name) {
            return find(type, name).orElseThrow(() -> new PatchbayException(ErrorCode.UNAVAILABLE, "no " + name));
        }

        @Override
        public <T> Optional<Lease<T>> find(Class<T> type, String name) {
            return Optional.ofNullable(offered.get(type.getName() + "/" + name))
                    .map(provider -> lease(type.cast(provider), declared.getOrDefault(name, StateVersions.NONE)));
        }

        private <T> Lease<T> lease(T provider, StateVersions versions) {
            openLeases.incrementAndGet();
            return new Lease<>() {
                @Override
                public T provider() {
                    return provider;
                }

                @Override
                public StateVersions stateVersions() {
                    return versions;
                }

                @Override
                public long generation() {
                    return 1;
                }

                @Override
                public boolean current() {
                    return true;
                }

                @Override
                public void close() {
                    openLeases.decrementAndGet();
                }
            };
        }

        @Override
        public List<String> names(Class<?> type) {
            List<String> names = new ArrayList<>();
            offered.keySet().stream()
                    .sorted()
                    .filter(key -> key.startsWith(type.getName() + "/"))
                    .forEach(key -> names.add(key.substring(key.indexOf('/') + 1)));
            return names;
        }

        @Override
        public AutoCloseable onChange(Class<?> type, Runnable listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }
}
