package io.patchbay.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.LoginRequest;
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
    private final FakeAccounts accounts = new FakeAccounts();
    private final PasswordAuthMethod method = new PasswordAuthMethod(accounts, new MemoryMetrics(), 4);

    @AfterEach
    void close() {
        method.close();
    }

    @Test
    void enrolledPasswordProvesItsAccount() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));

        assertThat(join(login("ann", "correct horse battery"))).isEqualTo("id-of-ann");
    }

    @Test
    void passwordIsTheSameHoweverItsAccentsAreComposed() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("caf\u00e9 au lait"))));

        assertThat(join(login("ann", "cafe\u0301 au lait"))).isEqualTo("id-of-ann");
    }

    @Test
    void refusalsAreAllAlike() {
        String hash = join(method.enrol("correct horse battery"));
        accounts.add("ann", false, Map.of("password", hash));
        accounts.add("off", true, Map.of("password", hash));
        accounts.add("key", false, Map.of());
        accounts.add("odd", false, Map.of("password", "plain text"));

        PatchbayException wrong = failure(login("ann", "wrong horse battery"));
        assertThat(wrong.code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        for (CompletionStage<String> attempt : List.of(
                login("nobody", "correct horse battery"),
                login("off", "correct horse battery"),
                login("key", "correct horse battery"),
                login("odd", "plain text"))) {
            assertThat(failure(attempt))
                    .hasMessage(wrong.getMessage())
                    .extracting(PatchbayException::code)
                    .isEqualTo(ErrorCode.LOGIN_FAILED);
        }
    }

    @Test
    void unknownAccountTakesAsLongAsAWrongPassword() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));
        failure(login("ann", "warm up the compiler"));
        failure(login("nobody", "warm up the compiler"));

        long known = fastest("ann");
        long unknown = fastest("nobody");

        // A hash takes tens of milliseconds: leaving it out would be a factor of a thousand, a busy machine is one of
        // two or three.
        assertThat((double) unknown / known).isBetween(0.1, 10.0);
    }

    @Test
    void hugePasswordIsRefusedWithoutBeingHashed() {
        accounts.add("ann", false, Map.of("password", join(method.enrol("correct horse battery"))));

        assertThat(failure(login("ann", "x".repeat(100_000))).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        assertThat(failure(login("x".repeat(100_000), "correct horse battery")).code())
                .isEqualTo(ErrorCode.LOGIN_FAILED);
    }

    @Test
    void fieldsThatAreMissingOrOfAnotherTypeAreNamed() {
        LoginRequest request = new LoginRequest(
                "password", Value.struct("identifier", Value.of("ann"), "password", Value.of(7)), "127.0.0.1");

        PatchbayException failure = failure(method.authenticate(request));

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
        List<CompletionStage<String>> attempts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            attempts.add(login("nobody", "correct horse battery"));
        }

        List<ErrorCode> codes =
                attempts.stream().map(attempt -> failure(attempt).code()).toList();

        assertThat(codes).contains(ErrorCode.LOGIN_FAILED, ErrorCode.OVERLOADED);
        assertThat(codes).containsOnly(ErrorCode.LOGIN_FAILED, ErrorCode.OVERLOADED);
    }

    @Test
    void healthIsChecked() {
        assertThat(method.findFault()).isEmpty();
    }

    private CompletionStage<String> login(String identifier, String password) {
        return method.authenticate(new LoginRequest(
                "password",
                Value.struct("identifier", Value.of(identifier), "password", Value.of(password)),
                "127.0.0.1"));
    }

    private long fastest(String identifier) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            failure(login(identifier, "wrong horse battery"));
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static String join(CompletionStage<String> stage) {
        return stage.toCompletableFuture().join();
    }

    private static PatchbayException failure(CompletionStage<String> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            return (PatchbayException) e.getCause();
        }
        throw new AssertionError("it succeeded");
    }
}
