package io.patchbay.auth.password;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.plugin.Providers;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Login by name and password. Every check costs one hash, whether the account exists, has a password, is enabled or not: who measures learns nothing.
 */
@org.osgi.service.component.annotations.Component(
        service = {AuthMethod.class, Component.class, HealthCheck.class},
        property = Providers.NAME + "=" + PasswordAuthMethod.NAME)
public final class PasswordAuthMethod implements AuthMethod, Component, HealthCheck {
    static final String NAME = "password";

    private static final Logger LOG = LoggerFactory.getLogger(PasswordAuthMethod.class);
    private static final String IDENTIFIER = "identifier";
    private static final String PASSWORD = "password";
    private static final int MOST_IDENTIFIER_CHARS = 256;

    private final Accounts accounts;
    private final HashingThreads threads;
    private final SecureRandom random = new SecureRandom();
    // Salt and hash of nothing: checked against when there is no account, for the time it takes.
    private final Argon2Hash nobody = new Argon2Hash(HashCost.DEFAULT, new byte[16], new byte[32]);

    @Activate
    public PasswordAuthMethod(@Reference Accounts accounts, @Reference Metrics metrics) {
        this(accounts, metrics, HashingThreads.QUEUE);
    }

    PasswordAuthMethod(Accounts accounts, Metrics metrics, int queue) {
        this.accounts = accounts;
        this.threads = new HashingThreads(queue, metrics);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<LoginStep> begin(LoginRequest request) {
        Optional<String> identifier = request.fields().findText(IDENTIFIER);
        Optional<String> password = request.fields().findText(PASSWORD);
        if (identifier.isEmpty() || password.isEmpty()) {
            return CompletableFuture.failedFuture(new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "Login by password needs the texts '" + IDENTIFIER + "' and '" + PASSWORD + "'."));
        }
        if (identifier.get().length() > MOST_IDENTIFIER_CHARS || PasswordRules.isTooLong(password.get())) {
            return CompletableFuture.completedFuture(LoginStep.REFUSED);
        }
        return accounts.find(identifier.get())
                .thenCompose(account -> threads.submit(() -> prove(account, password.get())));
    }

    @Override
    public CompletionStage<String> enrol(String secret) {
        try {
            PasswordRules.require(secret);
        } catch (PatchbayException e) {
            return CompletableFuture.failedFuture(e);
        }
        return threads.submit(() -> hash(secret));
    }

    /** Hashes and checks once, as the JVM that runs it would for a login. */
    @Override
    public Optional<String> findFault() {
        HashCost cheap = new HashCost(64, 1, 1);
        byte[] probe = PasswordRules.bytes("a password to probe with");
        boolean works = Argon2Hash.parse(
                        Argon2Hash.compute(probe, cheap, random).text())
                .matches(probe);
        return works
                ? Optional.empty()
                : Optional.of("An Argon2id hash does not match the password that it was made of.");
    }

    @Override
    public ComponentState describe() {
        return ComponentState.of("auth/" + NAME, "running", Map.of("waiting", Integer.toString(threads.waiting())));
    }

    @Deactivate
    public void close() {
        threads.close();
    }

    private LoginStep prove(Optional<Account> account, String password) {
        Optional<Argon2Hash> kept = account.flatMap(this::findHash);
        byte[] bytes = PasswordRules.bytes(password);
        try {
            boolean matches = kept.orElse(nobody).matches(bytes);
            if (matches
                    && kept.isPresent()
                    && account.isPresent()
                    && !account.get().disabled()) {
                return new LoginStep.Verified(account.get().id());
            }
            return LoginStep.REFUSED;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private Optional<Argon2Hash> findHash(Account account) {
        try {
            return Optional.ofNullable(account.credentials().get(NAME)).map(Argon2Hash::parse);
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "The password of {} is kept in a form that can't be checked ({}); set a new one.",
                    account.name(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private String hash(String secret) {
        byte[] bytes = PasswordRules.bytes(secret);
        try {
            return Argon2Hash.compute(bytes, HashCost.DEFAULT, random).text();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
