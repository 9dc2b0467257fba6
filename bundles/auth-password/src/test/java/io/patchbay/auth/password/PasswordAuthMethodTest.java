package io.patchbay.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.document.Value;
import io.patchbay.testkit.session.MemoryMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordAuthMethodTest {
    private static final LoginStep ANN = new LoginStep.Verified("id-of-ann");

    private final FakeAccounts accounts = new FakeAccounts();
    private final PasswordAuthMethod method = new PasswordAuthMethod(accounts, new MemoryMetrics(), 4);

    @AfterEach
    void close() {
        method.close();
    }

    @Test
    void enrolledPasswordProvesItsAccount() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));

        assertThat(join(login("ann", "correct horse battery"))).isEqualTo(ANN);
    }

    @Test
    void passwordIsTheSameHoweverItsAccentsAreComposed() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("caf\u00e9 au lait"))));

        assertThat(join(login("ann", "cafe\u0301 au lait"))).isEqualTo(ANN);
    }

    @Test
    void refusalsAreAllAlike() {
        String hash = join(method.enrol("correct horse battery"));
        accounts.add("ann", false, Map.of("password", hash));
        accounts.add("off", true, Map.of("password", hash));
        accounts.add("key", false, Map.of());
        accounts.add("odd", false, Map.of("password", "plain text"));

        for (CompletionStage<LoginStep> attempt : List.of(
                login("ann", "wrong horse battery"),
                login("nobody", "correct horse battery"),
                login("off", "correct horse battery"),
                login("key", "correct horse battery"))) {
            assertThat(join(attempt)).isEqualTo(LoginStep.REFUSED);
        }
        assertThat(join(login("odd", "plain text"))).isEqualTo(LoginStep.REFUSED);
    }

    @Test
    void unknownAccountTakesAsLongAsAWrongPassword() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));
        join(login("ann", "warm up the compiler"));
        join(login("nobody", "warm up the compiler"));

        long known = fastest("ann");
        long unknown = fastest("nobody");

        // A hash takes tens of milliseconds: leaving it out would be a factor of a thousand, a busy machine is one of
        // two or three.
        assertThat((double) unknown / known).isBetween(0.1, 10.0);
    }

    @Test
    void hugePasswordIsRefusedWithoutBeingHashed() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));

        assertThat(join(login("ann", "x".repeat(100_000)))).isEqualTo(LoginStep.REFUSED);
        assertThat(join(login("x".repeat(100_000), "correct horse battery"))).isEqualTo(LoginStep.REFUSED);
    }

    @Test
    void fieldsThatAreMissingOrOfAnotherTypeAreNamed() {
        LoginRequest request = new LoginRequest(
                "password", Value.struct("identifier", Value.of("ann"), "password", Value.of(7)), "127.0.0.1");

        PatchbayException failure = failure(method.begin(request));

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(failure).hasMessage("Login by password needs the texts 'identifier' and 'password'.");
    }

    @Test
    void weakAndHugeSecretsAreRefusedWithTheReason() {
        assertThat(failure(method.enrol("7 chars"))).hasMessage("A password needs at least 8 characters.");
        assertThat(failure(method.enrol("x".repeat(1025))))
                .hasMessage("A password may have at most 1024 bytes of UTF-8.");
        assertThat(failure(method.enrol("7 chars")).code()).isEqualTo(ErrorCode.VALUE_INVALID);
        assertThat(join(method.enrol("x".repeat(1024)))).startsWith("$argon2id$");
        assertThat(join(method.enrol("8 chars."))).startsWith("$argon2id$");
    }

    @Test
    void moreLoginsThanMayWaitAreOverloaded() {
        List<CompletionStage<LoginStep>> attempts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            attempts.add(login("nobody", "correct horse battery"));
        }

        List<Object> results = attempts.stream()
                .map(attempt -> attempt.handle(
                                (step, failure) -> failure == null ? step : ((PatchbayException) cause(failure)).code())
                        .toCompletableFuture()
                        .join())
                .toList();

        assertThat(results).contains(LoginStep.REFUSED, ErrorCode.OVERLOADED);
        assertThat(results).containsOnly(LoginStep.REFUSED, ErrorCode.OVERLOADED);
    }

    @Test
    void healthIsChecked() {
        assertThat(method.findFault()).isEmpty();
    }

    private CompletionStage<LoginStep> login(String identifier, String password) {
        return method.begin(new LoginRequest(
                "password",
                Value.struct("identifier", Value.of(identifier), "password", Value.of(password)),
                "127.0.0.1"));
    }

    private long fastest(String identifier) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            join(login(identifier, "wrong horse battery"));
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static PatchbayException failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            return (PatchbayException) e.getCause();
        }
        throw new AssertionError("it succeeded");
    }
}
