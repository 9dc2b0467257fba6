package io.patchbay.testkit.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginAnswer;
import io.patchbay.api.auth.LoginField;
import io.patchbay.api.auth.LoginMethod;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Logins without accounts: {@link #admit} says who may log in, with any method, by {@code identifier} and the password {@value #PASSWORD}; the method {@value #TWO_STEPS} then asks for the
 * {@code code} {@value #CODE}. For one thread.
 */
public final class MemoryLogins implements Logins {
    public static final String PASSWORD = "correct horse";
    public static final String TWO_STEPS = "two-steps";
    public static final String CODE = "123456";
    private static final String PASSWORD_METHOD = "password";
    private static final List<LoginField> CODE_FIELD = List.of(new LoginField("code", "Code", LoginField.Kind.CODE));
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final Clock clock;
    private final Map<String, Identity> people = new HashMap<>();
    private final Map<String, Identity> halfDone = new HashMap<>();
    private final Map<String, Identity> access = new HashMap<>();
    private final Map<String, Identity> refresh = new HashMap<>();
    private final Map<String, Identity> tickets = new HashMap<>();
    private int issued;

    public MemoryLogins(Clock clock) {
        this.clock = clock;
    }

    public void admit(Identity identity) {
        people.put(identity.name(), identity);
    }

    /** An access token of {@code identity}, as it stands. */
    public String issue(Identity identity) {
        String token = "access-" + ++issued;
        access.put(token, identity);
        return token;
    }

    @Override
    public List<String> methods() {
        return List.of(PASSWORD_METHOD, TWO_STEPS);
    }

    @Override
    public CompletionStage<List<LoginMethod>> describeMethods() {
        return CompletableFuture.completedFuture(methods().stream()
                .map(name -> new LoginMethod(name, LoginField.NAME_AND_PASSWORD))
                .toList());
    }

    @Override
    public CompletionStage<LoginOutcome> login(LoginRequest request) {
        return MemoryDocuments.stage(() -> {
            Identity identity =
                    request.fields().findText("identifier").map(people::get).orElse(null);
            boolean right = request.fields()
                    .findText("password")
                    .filter(PASSWORD::equals)
                    .isPresent();
            if (identity == null || !right) {
                throw new PatchbayException(ErrorCode.LOGIN_FAILED, "The name or the password is wrong.");
            }
            if (!request.method().equals(TWO_STEPS)) {
                return new LoginOutcome.LoggedIn(tokens(identity));
            }
            String login = "login-" + ++issued;
            halfDone.put(login, identity);
            return new LoginOutcome.Challenged(login, "Type the code.", CODE_FIELD, LIFETIME);
        });
    }

    @Override
    public CompletionStage<LoginOutcome> answer(LoginAnswer answer) {
        return MemoryDocuments.stage(() -> {
            Identity identity = halfDone.remove(answer.login());
            if (identity == null) {
                throw new PatchbayException(ErrorCode.LOGIN_EXPIRED, "Start the login again.");
            }
            if (!answer.answers().findText("code").filter(CODE::equals).isPresent()) {
                throw new PatchbayException(ErrorCode.LOGIN_FAILED, "That was not the right answer.");
            }
            return new LoginOutcome.LoggedIn(tokens(identity));
        });
    }

    @Override
    public long countHalfDone(String method) {
        return method.equals(TWO_STEPS) ? halfDone.size() : 0;
    }

    @Override
    public CompletionStage<Tokens> refresh(String refreshToken) {
        return MemoryDocuments.stage(() -> {
            Identity identity = refresh.remove(refreshToken);
            if (identity == null) {
                throw new PatchbayException(ErrorCode.UNAUTHENTICATED, "The refresh token is spent or unknown.");
            }
            return tokens(identity);
        });
    }

    @Override
    public CompletionStage<Void> logout(String refreshToken) {
        refresh.remove(refreshToken);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> logout(Identity identity) {
        refresh.values().removeIf(holder -> holder.id().equals(identity.id()));
        tickets.values().removeIf(holder -> holder.id().equals(identity.id()));
        access.values().removeIf(holder -> holder.id().equals(identity.id()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Identity> verify(String accessToken) {
        return MemoryDocuments.stage(() -> {
            Identity identity = access.get(accessToken);
            if (identity == null) {
                throw new PatchbayException(ErrorCode.UNAUTHENTICATED, "That is no access token of this node's.");
            }
            if (identity.expiresAt()
                    .filter(end -> !clock.instant().isBefore(end))
                    .isPresent()) {
                throw new PatchbayException(ErrorCode.TOKEN_EXPIRED, "The access token has expired.");
            }
            return identity;
        });
    }

    @Override
    public CompletionStage<String> issueTicket(Identity identity) {
        String ticket = "ticket-" + ++issued;
        tickets.put(ticket, identity);
        return CompletableFuture.completedFuture(ticket);
    }

    @Override
    public CompletionStage<Identity> verifyTicket(String ticket) {
        return MemoryDocuments.stage(() -> {
            Identity identity = tickets.get(ticket);
            if (identity == null) {
                throw new PatchbayException(ErrorCode.UNAUTHENTICATED, "That is no ticket of this node's.");
            }
            return identity;
        });
    }

    @Override
    public String jwks() {
        return "{\"keys\":[]}";
    }

    private Tokens tokens(Identity identity) {
        Identity expiring = new Identity(
                identity.id(),
                identity.name(),
                identity.role(),
                identity.family(),
                java.util.Optional.of(clock.instant().plus(LIFETIME)));
        String next = "refresh-" + ++issued;
        refresh.put(next, identity);
        return new Tokens(issue(expiring), next, LIFETIME, expiring);
    }
}
