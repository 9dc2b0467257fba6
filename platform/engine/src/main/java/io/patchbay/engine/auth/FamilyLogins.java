package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginAnswer;
import io.patchbay.api.auth.LoginMethod;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.collections.SystemDocuments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logins as token families: a login method says who it is, the family says that it lasts, a short access token says so on every request. */
@org.osgi.service.component.annotations.Component(
        service = {Logins.class, Component.class},
        configurationPid = AuthConfig.PID)
public final class FamilyLogins implements Logins, Component {
    /** No text longer than this is looked at. */
    static final int ACCESS_TOKEN_CHARS = 8192;
    /** What issuers grant at most. */
    static final Duration ACCESS_TOKEN_LIFETIME_MAX = Duration.ofHours(24);
    /** All that a client sends for one step of a login: no method should have to look at more. */
    static final int LOGIN_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger("auth");
    private static final int RETRIES = 5;
    private static final String IDENTIFIER = "identifier";
    private static final String LOGINS = "patchbay_logins_total";
    private static final String LOGINS_HELP =
            "Steps of logins by result; \"challenged\" were asked for more, \"limited\" were too many failures before, \"refused\" failed for another reason.";
    private static final String RESULT = "result";

    private final LoginMethods methods;
    private final Families families;
    private final VerifiedTokens verified;
    private final AccountDocuments accounts;
    private final AccessTokens accessTokens;
    private final LoginLimits limits;
    private final HalfDoneLogins halfDone;
    private final VouchedAccounts vouchedAccounts;
    private final Clock clock;
    private final Metrics.Counter succeeded;
    private final Metrics.Counter challenged;
    private final Metrics.Counter failed;
    private final Metrics.Counter limited;
    private final Metrics.Counter refused;
    private final Metrics.Counter remembered;
    private final Metrics.Counter checked;
    private final Metrics.Counter unknown;
    private final Metrics.Counter refreshed;
    private final Metrics.Counter notRefreshed;
    private volatile Duration accessTokenLifetime;

    @Activate
    public FamilyLogins(
            @Reference SystemDocuments documents,
            @Reference Providers providers,
            @Reference LoginMethods methods,
            @Reference Families families,
            @Reference VerifiedTokens verified,
            @Reference Metrics metrics,
            AuthConfig config) {
        this(
                documents,
                providers,
                methods,
                families,
                verified,
                metrics,
                Duration.ofMillis(config.accessTokenLifetimeMs()),
                Clock.systemUTC());
    }

    FamilyLogins(
            SystemDocuments documents,
            Providers providers,
            LoginMethods methods,
            Families families,
            VerifiedTokens verified,
            Metrics metrics,
            Duration accessTokenLifetime,
            Clock clock) {
        this.methods = methods;
        this.families = families;
        this.verified = verified;
        this.accounts = new AccountDocuments(documents);
        this.accessTokens = new AccessTokens(providers);
        this.limits = new LoginLimits(clock);
        this.halfDone = new HalfDoneLogins(clock);
        this.vouchedAccounts = new VouchedAccounts(accounts, clock);
        this.clock = clock;
        this.succeeded = metrics.counter(LOGINS, LOGINS_HELP, RESULT, "ok");
        this.challenged = metrics.counter(LOGINS, LOGINS_HELP, RESULT, "challenged");
        this.failed = metrics.counter(LOGINS, LOGINS_HELP, RESULT, "failed");
        this.limited = metrics.counter(LOGINS, LOGINS_HELP, RESULT, "limited");
        this.refused = metrics.counter(LOGINS, LOGINS_HELP, RESULT, "refused");
        this.remembered = verifications(metrics, "remembered");
        this.checked = verifications(metrics, "checked");
        this.unknown = verifications(metrics, "refused");
        this.refreshed = refreshes(metrics, "ok");
        this.notRefreshed = refreshes(metrics, "refused");
        metrics.whenAsked(this::show);
        this.accessTokenLifetime = bounded(accessTokenLifetime);
    }

    private void show(Metrics metrics) {
        LimitGauges.show(metrics, "auth", "verified_tokens", VerifiedTokens.MOST);
        LimitGauges.show(metrics, "auth", "access_token_queue", AccessTokens.QUEUE);
        LimitGauges.show(metrics, "auth", "failed_logins_per_address", LoginLimits.PER_ADDRESS);
        LimitGauges.show(metrics, "auth", "failed_logins_per_identity", LoginLimits.PER_IDENTITY);
        LimitGauges.show(metrics, "auth", "half_done_logins", HalfDoneLogins.MOST);
        LimitGauges.show(metrics, "auth", "half_done_logins_per_network", HalfDoneLogins.PER_NETWORK);
        LimitGauges.show(metrics, "auth", "half_done_login_lifetime", HalfDoneLogins.LIFETIME);
        LimitGauges.show(metrics, "auth", "login_bytes", LOGIN_BYTES);
        LimitGauges.show(metrics, "auth", "login_steps", HalfDoneLogins.STEPS);
        LimitGauges.show(metrics, "auth", "login_state_bytes", HalfDoneLogins.STATE_BYTES);
        LimitGauges.show(metrics, "auth", "logins_without_method", LoginMethods.WAITING);
        metrics.gauge("patchbay_half_done_logins", "Logins that wait for the answer to a challenge.", halfDone::size);
        metrics.gauge(
                "patchbay_logins_without_method",
                "Logins that wait for their login method to come back.",
                methods::waiting);
        metrics.gauge("patchbay_verified_tokens", "Access tokens that are remembered as verified.", verified::size);
        metrics.gauge(
                "patchbay_access_token_queue",
                "Access tokens that wait to be signed or checked.",
                accessTokens::waiting);
        metrics.gauge(
                "patchbay_login_limited_sources",
                "Addresses and identities whose failed logins are remembered.",
                limits::remembered);
    }

    private static Metrics.Counter verifications(Metrics metrics, String result) {
        return metrics.counter(
                "patchbay_token_verifications_total",
                "Access tokens that were remembered as verified, checked anew, or refused.",
                RESULT,
                result);
    }

    private static Metrics.Counter refreshes(Metrics metrics, String result) {
        return metrics.counter("patchbay_token_refreshes_total", "Refresh tokens by result.", RESULT, result);
    }

    @Modified
    public void configure(AuthConfig config) {
        accessTokenLifetime = bounded(Duration.ofMillis(config.accessTokenLifetimeMs()));
    }

    @Deactivate
    public void close() {
        accessTokens.close();
    }

    @Override
    public List<String> methods() {
        return methods.names();
    }

    @Override
    public CompletionStage<List<LoginMethod>> describeMethods() {
        return methods.describe();
    }

    @Override
    public CompletionStage<LoginOutcome> login(LoginRequest request) {
        Attempt attempt = new Attempt(
                request.method(),
                LoginLimits.identity(
                        request.method(), request.fields().findText(IDENTIFIER).orElse("")),
                request.remoteAddress(),
                0);
        return counted(attempt, () -> {
            requireSmall(request.fields());
            return methods.begin(request).thenCompose(step -> proceed(attempt, step));
        });
    }

    @Override
    public CompletionStage<LoginOutcome> answer(LoginAnswer answer) {
        String network = LoginLimits.network(answer.remoteAddress());
        Optional<HalfDoneLogin> found = halfDone.find(answer.login(), network);
        if (found.isEmpty()) {
            refused.increment();
            return unknownLogin(answer.remoteAddress());
        }
        HalfDoneLogin login = found.get();
        Attempt attempt = new Attempt(login.method(), login.identity(), answer.remoteAddress(), login.steps());
        return counted(attempt, () -> {
            requireSmall(answer.answers());
            LoginRequest request = new LoginRequest(login.method(), answers(login, answer), answer.remoteAddress());
            return halfDone.take(answer.login(), login)
                    ? methods.resume(login.state(), request)
                            .whenComplete((step, failure) -> putBack(answer.login(), login, failure))
                            .thenCompose(step -> proceed(attempt, step))
                    : unknownLogin(answer.remoteAddress());
        });
    }

    @Override
    public long countHalfDone(String method) {
        return halfDone.count(method);
    }

    @Override
    public CompletionStage<Tokens> refresh(String refreshToken) {
        long stamp = verified.stamp();
        return families.rotate(refreshToken, methods::vouchFor)
                .thenCompose(member -> tokens(member, stamp))
                .whenComplete((tokens, failure) -> (failure == null ? refreshed : notRefreshed).increment());
    }

    @Override
    public CompletionStage<Void> logout(String refreshToken) {
        return families.endOf(refreshToken);
    }

    @Override
    public CompletionStage<Void> logout(Identity identity) {
        return identity.family().map(families::end).orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<Identity> verify(String accessToken) {
        if (accessToken.length() > ACCESS_TOKEN_CHARS) {
            return unauthenticated();
        }
        Optional<Identity> known = verified.find(accessToken);
        if (known.isEmpty()) {
            return verifyAnew(accessToken)
                    .whenComplete((identity, failure) -> (failure == null ? checked : unknown).increment());
        }
        if (known.get()
                .expiresAt()
                .filter(end -> !clock.instant().isBefore(end))
                .isPresent()) {
            verified.forget(accessToken);
            return Failures.failed(
                    ErrorCode.TOKEN_EXPIRED, "The access token has expired; get another with the refresh token.");
        }
        remembered.increment();
        return CompletableFuture.completedFuture(known.get());
    }

    @Override
    public CompletionStage<String> issueTicket(Identity identity) {
        if (identity.family().isEmpty() || identity.expiresAt().isEmpty()) {
            return Failures.failed(ErrorCode.FORBIDDEN, "Only who has logged in gets a ticket.");
        }
        return CompletableFuture.completedFuture(
                families.ticket(identity.family().get(), identity.expiresAt().get()));
    }

    @Override
    public CompletionStage<Identity> verifyTicket(String ticket) {
        return families.verifyTicket(ticket);
    }

    @Override
    public String jwks() {
        return accessTokens.jwks();
    }

    @Override
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("methods", String.join(", ", methods.names()));
        facts.put("halfDone", Integer.toString(halfDone.size()));
        facts.put("verifiedTokens", Integer.toString(verified.size()));
        facts.put("waiting", Integer.toString(accessTokens.waiting()));
        facts.put("accessTokenLifetime", accessTokenLifetime.toSeconds() + " s");
        return ComponentState.of("engine/logins", "running", facts);
    }

    /**
     * One step of somebody's login.
     *
     * @param identity who is claimed to log in
     * @param steps that went before
     */
    private record Attempt(String method, String identity, String address, int steps) {
        /** The same for all that can be wrong at this step, so that it tells nothing. */
        PatchbayException refusal() {
            return new PatchbayException(
                    ErrorCode.LOGIN_FAILED,
                    steps == 0
                            ? "The name or the password is wrong, or the account is disabled."
                            : "That was not the right answer, or the account is disabled; start the login again.");
        }
    }

    private CompletionStage<LoginOutcome> counted(Attempt attempt, Supplier<CompletionStage<LoginOutcome>> work) {
        CompletionStage<LoginOutcome> outcome;
        try {
            limits.require(attempt.address(), attempt.identity());
        } catch (PatchbayException e) {
            limited.increment();
            return CompletableFuture.failedFuture(e);
        }
        try {
            outcome = work.get();
        } catch (PatchbayException e) {
            outcome = CompletableFuture.failedFuture(e);
        }
        return outcome.whenComplete((done, failure) -> {
            if (failure == null) {
                (done instanceof LoginOutcome.LoggedIn ? succeeded : challenged).increment();
            } else if (Failures.is(failure, ErrorCode.LOGIN_FAILED)) {
                countFailure(attempt);
            } else {
                refused.increment();
            }
        });
    }

    private static void requireSmall(Value.Struct fields) {
        if (Cbor.encodeEnvelope(fields).length > LOGIN_BYTES) {
            throw PatchbayException.beyond(
                    "login_bytes",
                    ErrorCode.TOO_LARGE,
                    "What is sent to log in must not take more than " + LOGIN_BYTES + " bytes.");
        }
    }

    private void countFailure(Attempt attempt) {
        failed.increment();
        limits.failed(attempt.address(), attempt.identity());
    }

    private CompletionStage<LoginOutcome> proceed(Attempt attempt, LoginStep step) {
        if (step instanceof LoginStep.Verified proved) {
            return open(attempt, proved.account(), RETRIES);
        }
        if (step instanceof LoginStep.Vouched vouched) {
            return vouchedAccounts
                    .admit(vouched.accountName(), attempt.method(), RETRIES)
                    .thenCompose(account -> account.map(id -> open(attempt, id, RETRIES))
                            .orElseGet(() -> CompletableFuture.failedFuture(attempt.refusal())));
        }
        if (step instanceof LoginStep.Challenge challenge) {
            return CompletableFuture.completedFuture(ask(attempt, challenge));
        }
        return CompletableFuture.failedFuture(attempt.refusal());
    }

    private LoginOutcome ask(Attempt attempt, LoginStep.Challenge challenge) {
        if (attempt.steps() >= HalfDoneLogins.STEPS) {
            throw PatchbayException.beyond(
                    "login_steps",
                    ErrorCode.LOGIN_EXPIRED,
                    "This login took more than " + HalfDoneLogins.STEPS + " steps; start the login again.");
        }
        if (challenge.afterWrongAnswer()) {
            countFailure(attempt);
        }
        String id = halfDone.add(new HalfDoneLogin(
                attempt.method(),
                attempt.identity(),
                LoginLimits.network(attempt.address()),
                challenge.fields(),
                challenge.state(),
                attempt.steps() + 1,
                halfDone.expiry()));
        return new LoginOutcome.Challenged(id, challenge.message(), challenge.fields(), HalfDoneLogins.LIFETIME);
    }

    /** The answers to what was asked, and nothing else: an identifier that was not asked for can't come in here. */
    private static Value.Struct answers(HalfDoneLogin login, LoginAnswer answer) {
        Fields given = Fields.of("the answers", answer.answers());
        Map<String, Value> answers = new LinkedHashMap<>();
        login.fields().forEach(field -> answers.put(field.name(), Value.of(given.requireText(field.name()))));
        given.done();
        return new Value.Struct(answers);
    }

    /** What failed for a reason that passes was no answer; nor was it one if nobody could read the state, for the version that can may come back. */
    private void putBack(String id, HalfDoneLogin login, @Nullable Throwable failure) {
        if (failure != null) {
            ErrorCode code = Failures.of(failure).code();
            if (code.retryable() || code == ErrorCode.LOGIN_EXPIRED) {
                halfDone.putBack(id, login);
            }
        }
    }

    /** A guess, or an answer that comes twice, counts against its address. */
    private <T> CompletionStage<T> unknownLogin(String address) {
        limits.failed(address);
        return Failures.failed(
                ErrorCode.LOGIN_EXPIRED,
                "This login was finished or given up, took longer than " + HalfDoneLogins.LIFETIME.toMinutes()
                        + " minutes, or began elsewhere; start the login again.");
    }

    private CompletionStage<LoginOutcome> open(Attempt attempt, String account, int retries) {
        long stamp = verified.stamp();
        return accounts.find(account).thenCompose(found -> {
            if (found.isEmpty() || found.get().account().disabled()) {
                return CompletableFuture.failedFuture(attempt.refusal());
            }
            return families.open(found.get())
                    .thenCompose(member -> tokens(member, stamp))
                    .<LoginOutcome>thenApply(LoginOutcome.LoggedIn::new)
                    .exceptionallyCompose(failure -> {
                        // The account changed while it logged in: it may do so as what it is now, or not at all.
                        if (Failures.is(failure, ErrorCode.REVISION_CONFLICT) && retries > 0) {
                            return open(attempt, account, retries - 1);
                        }
                        throw new CompletionException(Failures.of(failure));
                    });
        });
    }

    private CompletionStage<Tokens> tokens(Families.Member member, long stamp) {
        Instant now = clock.instant();
        Duration left = Duration.between(now, member.family().expiresAt());
        Duration lifetime = left.compareTo(accessTokenLifetime) < 0 ? left : accessTokenLifetime;
        Account account = member.account().account();
        // A token's times are whole seconds.
        Instant expiresAt = now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
        Identity identity = new Identity(
                account.id(),
                account.name(),
                Optional.of(account.role()),
                Optional.of(member.family().id()),
                Optional.of(expiresAt));
        return accessTokens.issue(identity, lifetime).thenApply(accessToken -> {
            verified.remember(accessToken, identity, stamp);
            return new Tokens(accessToken, member.token().text(), lifetime, identity);
        });
    }

    private CompletionStage<Identity> verifyAnew(String accessToken) {
        long stamp = verified.stamp();
        return accessTokens.verify(accessToken).thenCompose(identity -> {
            if (identity.family().isEmpty()) {
                return unauthenticated();
            }
            return families.isActive(identity.family().get(), identity.id()).thenCompose(active -> {
                if (!active) {
                    return unauthenticated();
                }
                verified.remember(accessToken, identity, stamp);
                return CompletableFuture.completedFuture(identity);
            });
        });
    }

    private static Duration bounded(Duration lifetime) {
        if (lifetime.compareTo(ACCESS_TOKEN_LIFETIME_MAX) > 0) {
            LOG.warn("auth.accessTokenLifetime is {}, but an access token lives for 24 hours at most.", lifetime);
            return ACCESS_TOKEN_LIFETIME_MAX;
        }
        return lifetime.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : lifetime;
    }

    private static <T> CompletionStage<T> unauthenticated() {
        return Failures.failed(
                ErrorCode.UNAUTHENTICATED, "The access token does not work, or no longer; log in again.");
    }
}
