package io.patchbay.engine.auth;

import static io.patchbay.engine.auth.AuthFixture.SECRET;
import static io.patchbay.engine.auth.AuthFixture.failure;
import static io.patchbay.engine.auth.AuthFixture.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.Role;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Value;
import io.patchbay.engine.collections.SystemCollection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamilyLoginsTest {
    @TempDir
    private Path home;

    private AuthFixture auth;
    private FamilyLogins logins;

    @BeforeEach
    void open() {
        auth = new AuthFixture(home);
        logins = auth.logins;
        join(auth.accounts.create("root", Role.ADMIN, "password", SECRET));
        join(auth.accounts.create("ann", Role.USER, "password", SECRET));
    }

    @AfterEach
    void close() throws Exception {
        auth.close();
    }

    @Test
    void loginGivesTokensThatSayWho() {
        Tokens tokens = auth.login("ann");

        Identity identity = join(logins.verify(tokens.accessToken()));
        assertThat(identity.name()).isEqualTo("ann");
        assertThat(identity.role()).contains(Role.USER);
        assertThat(identity.family()).isPresent();
        assertThat(tokens.expiresIn()).isEqualTo(Duration.ofMinutes(15));
        assertThat(auth.providers.openLeases).hasValue(0);
    }

    @Test
    void nothingThatWorksIsStored() {
        Tokens tokens = auth.login("ann");
        Tokens next = join(logins.refresh(tokens.refreshToken()));

        assertThat(auth.documents.dump())
                .doesNotContain(tokens.refreshToken(), next.refreshToken(), tokens.accessToken());
    }

    @Test
    void serverKeyIsTheOwnersAlone() throws Exception {
        join(logins.refresh(auth.login("ann").refreshToken()));

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(home.resolve("keys/refresh-key.sealed"))))
                .isEqualTo("rw-------");
    }

    @Test
    void refreshTokenWorksInTurn() {
        Tokens tokens = auth.login("ann");
        for (int i = 0; i < 10; i++) {
            tokens = join(logins.refresh(tokens.refreshToken()));
            auth.clock.move(Duration.ofMinutes(15));
        }
        assertThat(auth.closedFamilies).isEmpty();
    }

    @Test
    void lostAnswerIsGivenAgainWithinTheGrace() {
        Tokens tokens = auth.login("ann");
        Tokens first = join(logins.refresh(tokens.refreshToken()));
        auth.clock.move(Duration.ofSeconds(30));

        Tokens again = join(logins.refresh(tokens.refreshToken()));

        assertThat(again.refreshToken()).isEqualTo(first.refreshToken());
        assertThat(join(logins.verify(again.accessToken())).name()).isEqualTo("ann");
        assertThat(auth.closedFamilies).isEmpty();
    }

    @Test
    void tokenThatComesManyTimesAtOnceHasOneChild() {
        Tokens tokens = auth.login("ann");

        List<CompletionStage<Tokens>> answers = IntStream.range(0, 6)
                .mapToObj(i -> logins.refresh(tokens.refreshToken()))
                .toList();

        assertThat(answers.stream().map(answer -> join(answer).refreshToken()).distinct())
                .hasSize(1);
        assertThat(auth.closedFamilies).isEmpty();
    }

    @Test
    void tokenUsedAgainAfterTheGraceEndsTheFamily() {
        Tokens tokens = auth.login("ann");
        Tokens child = join(logins.refresh(tokens.refreshToken()));
        auth.clock.move(Duration.ofMillis(30_001));

        assertEnded(logins.refresh(tokens.refreshToken()), child);
    }

    @Test
    void parentUsedAfterItsChildWasUsedEndsTheFamily() {
        Tokens tokens = auth.login("ann");
        Tokens child = join(logins.refresh(tokens.refreshToken()));
        Tokens grandchild = join(logins.refresh(child.refreshToken()));

        assertEnded(logins.refresh(tokens.refreshToken()), grandchild);
    }

    @Test
    void ticketSaysWhoUntilTheAccessTokenWouldHaveEnded() {
        Identity ann = auth.login("ann").identity();
        String ticket = join(logins.issueTicket(ann));

        assertThat(join(logins.verifyTicket(ticket))).isEqualTo(ann);
        assertThat(failure(logins.verify(ticket)).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        auth.clock.move(Duration.ofMinutes(15));
        assertThat(failure(logins.verifyTicket(ticket)).code()).isEqualTo(ErrorCode.TOKEN_EXPIRED);
    }

    @Test
    void ticketEndsWithItsLogin() {
        Tokens tokens = auth.login("ann");
        String ticket = join(logins.issueTicket(tokens.identity()));

        join(logins.logout(tokens.refreshToken()));

        assertThat(failure(logins.verifyTicket(ticket)).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void ticketThatWasChangedIsNone() {
        String ticket = join(logins.issueTicket(auth.login("ann").identity()));
        String later = ticket.replaceFirst("\\.\\d", ".9");
        String other = (ticket.charAt(0) == 'A' ? "B" : "A") + ticket.substring(1);

        for (String text :
                List.of(later, other, ticket.substring(1), "", auth.login("ann").accessToken())) {
            assertThat(failure(logins.verifyTicket(text)).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        }
        assertThat(failure(logins.issueTicket(Identity.SYSTEM)).code()).isEqualTo(ErrorCode.FORBIDDEN);
    }

    private void assertEnded(CompletionStage<Tokens> reuse, Tokens latest) {
        assertThat(failure(reuse).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(auth.closedFamilies).containsOnly(latest.identity().family().orElseThrow());
        assertThat(failure(logins.refresh(latest.refreshToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(failure(logins.verify(latest.accessToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(auth.documents.count(SystemCollection.TOKENS)).isZero();
    }

    @Test
    void whoKnowsTheFamilyAloneCanNotEndIt() {
        Tokens tokens = auth.login("ann");
        String family = tokens.identity().family().orElseThrow();

        for (String forged : List.of(
                "",
                family,
                "x".repeat(64),
                family + "x".repeat(42),
                "\u0000",
                "x".repeat(100_000),
                tokens.refreshToken() + "=")) {
            assertThat(failure(logins.refresh(forged)).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
            join(logins.logout(forged));
        }
        assertThat(auth.closedFamilies).doesNotContain(family);
        assertThat(join(logins.refresh(tokens.refreshToken())).identity().name())
                .isEqualTo("ann");
    }

    @Test
    void familyEndsAfterThirtyDaysHoweverBusy() {
        Tokens tokens = auth.login("ann");
        for (int day = 0; day < 29; day++) {
            auth.clock.move(Duration.ofDays(1));
            tokens = join(logins.refresh(tokens.refreshToken()));
        }
        auth.clock.move(Duration.ofDays(1).minusMinutes(1));
        tokens = join(logins.refresh(tokens.refreshToken()));
        assertThat(tokens.expiresIn()).isEqualTo(Duration.ofMinutes(1));

        auth.clock.move(Duration.ofMinutes(1));
        assertThat(failure(logins.refresh(tokens.refreshToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void expiredFamiliesAreTrimmed() {
        auth.login("ann");
        auth.login("ann");
        auth.clock.move(Duration.ofDays(31));
        auth.login("root");

        join(auth.families.trim());

        assertThat(auth.documents.count(SystemCollection.TOKENS)).isEqualTo(1);
    }

    @Test
    void logoutEndsTheLoginAtOnceAndOthersGoOn() {
        Tokens one = auth.login("ann");
        Tokens other = auth.login("ann");

        join(logins.logout(one.refreshToken()));

        assertThat(failure(logins.verify(one.accessToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(auth.closedFamilies).containsExactly(one.identity().family().orElseThrow());
        assertThat(join(logins.verify(other.accessToken())).name()).isEqualTo("ann");
    }

    @Test
    void logoutByTheAccessTokenEndsTheSameLogin() {
        Tokens one = auth.login("ann");
        Tokens other = auth.login("ann");

        join(logins.verify(one.accessToken()).thenCompose(logins::logout));

        assertThat(failure(logins.refresh(one.refreshToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(failure(logins.verify(one.accessToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(auth.closedFamilies).containsExactly(one.identity().family().orElseThrow());
        assertThat(join(logins.verify(other.accessToken())).name()).isEqualTo("ann");
    }

    @Test
    void everyChangeOfTheAccountEndsItsLogins() {
        List<java.util.function.Supplier<CompletionStage<?>>> changes = List.of(
                () -> auth.accounts.changeSecret("ann", "password", "another horse"),
                () -> auth.accounts.change("ann", Role.ADMIN, false),
                () -> auth.accounts
                        .change("ann", Role.USER, true)
                        .thenCompose(off -> auth.accounts.change("ann", Role.USER, false)),
                () -> auth.accounts.delete("ann"));
        String secret = SECRET;
        for (java.util.function.Supplier<CompletionStage<?>> change : changes) {
            Tokens tokens = join(auth.tryLogin("ann", secret));
            join(logins.verify(tokens.accessToken()));

            join(change.get());

            secret = "another horse";
            assertThat(failure(logins.verify(tokens.accessToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
            assertThat(failure(logins.refresh(tokens.refreshToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
            assertThat(auth.closedFamilies).contains(tokens.identity().family().orElseThrow());
        }
        assertThat(failure(auth.tryLogin("ann", secret)).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
    }

    @Test
    void disabledAccountCanNotLogIn() {
        join(auth.accounts.change("ann", Role.USER, true));
        assertThat(failure(auth.tryLogin("ann", SECRET)).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
    }

    @Test
    void accountDisabledWhileItLogsInStaysOut() {
        auth.documents.beforeNextCommit(() -> join(auth.accounts.change("ann", Role.USER, true)));

        assertThat(failure(auth.tryLogin("ann", SECRET)).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        assertThat(auth.documents.count(SystemCollection.TOKENS)).isZero();
    }

    @Test
    void accountPromotedWhileItLogsInIsWhatItIsNow() {
        auth.documents.beforeNextCommit(() -> join(auth.accounts.change("ann", Role.ADMIN, false)));

        assertThat(auth.login("ann").identity().role()).contains(Role.ADMIN);
    }

    @Test
    void verifiedTokenIsRememberedUntilItEnds() {
        Tokens tokens = auth.login("ann");
        for (int i = 0; i < 100; i++) {
            join(logins.verify(tokens.accessToken()));
        }
        assertThat(auth.issuer.verifications).hasValue(0);

        auth.clock.move(Duration.ofMinutes(15));
        assertThat(failure(logins.verify(tokens.accessToken())).code()).isEqualTo(ErrorCode.TOKEN_EXPIRED);
    }

    @Test
    void afterARestoreEveryTokenIsVerifiedAnew() {
        Tokens tokens = auth.login("ann");
        auth.documents.loseHistory();

        assertThat(join(logins.verify(tokens.accessToken())).name()).isEqualTo("ann");
        assertThat(auth.issuer.verifications).hasValue(1);
    }

    @Test
    void revocationDuringAVerificationIsNotForgotten() {
        Identity identity = auth.login("ann").identity();
        long stamp = auth.verified.stamp();
        auth.verified.forgetFamily(identity.family().orElseThrow());

        auth.verified.remember("late", identity, stamp);

        assertThat(auth.verified.find("late")).isEmpty();
    }

    @Test
    void rememberedTokensAreBounded() {
        Identity identity = auth.login("ann").identity();
        for (int i = 0; i < VerifiedTokens.MOST * 2; i++) {
            auth.verified.remember("t" + i, identity, auth.verified.stamp());
        }
        assertThat(auth.verified.size()).isLessThanOrEqualTo(VerifiedTokens.MOST);
    }

    @Test
    void strangeTokensAreRefused() {
        assertThat(failure(logins.verify("")).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(failure(logins.verify("x".repeat(1_000_000))).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void failedLoginsAreLimitedByIdentityAndTold() {
        for (int i = 0; i < LoginLimits.PER_IDENTITY; i++) {
            assertThat(failure(auth.tryLogin("ann", "wrong")).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        }

        PatchbayException limited = failure(auth.tryLogin("ann", SECRET));

        assertThat(limited.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(limited.details()).containsEntry("retryAfter", 15L);
        assertThat(auth.login("root").identity().name()).isEqualTo("root");
        auth.clock.move(Duration.ofSeconds(15));
        assertThat(auth.login("ann").identity().name()).isEqualTo("ann");
    }

    @Test
    void failedLoginsAreLimitedByAddress() {
        for (int i = 0; i < LoginLimits.PER_ADDRESS; i++) {
            failure(auth.tryLogin("nobody" + i, "wrong"));
        }

        assertThat(failure(auth.tryLogin("ann", SECRET)).code()).isEqualTo(ErrorCode.RATE_LIMITED);
    }

    @Test
    void loginsThatSucceedAreNotLimited() {
        for (int i = 0; i < LoginLimits.PER_ADDRESS * 2; i++) {
            auth.login("ann");
        }
    }

    @Test
    void unknownMethodIsNamedAtOnceAndAWithdrawnOneIsWaitedFor() {
        LoginRequest palm = new LoginRequest("palm", Value.Struct.EMPTY, "192.0.2.1");
        assertThat(failure(logins.login(palm)).code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(failure(logins.login(palm))).hasMessage("There is no such login method; there is password.");

        auth.providers.withdraw(AuthMethod.class, "password");
        assertThat(failure(auth.tryLogin("ann", SECRET)))
                .hasMessage("The login method 'password' is not there now; try again later.");
        assertThat(logins.methods()).isEmpty();
    }

    @Test
    void noticeSaysAllThreeWays() {
        assertThat(FirstAdminNotice.text(
                        "c0de", java.util.Optional.of(java.net.URI.create("http://127.0.0.1:7420")), "/srv/home"))
                .contains(
                        "http://127.0.0.1:7420/setup?code=c0de",
                        "ssh -L 7420:127.0.0.1:7420 ",
                        "user add NAME --role admin --password-stdin --home /srv/home");
        assertThat(FirstAdminNotice.text("c0de", java.util.Optional.empty(), "/srv/home"))
                .doesNotContain("c0de")
                .contains("user add NAME");
        assertThat(FirstAdminNotice.text("c0de", java.util.Optional.empty(), "/home/ann/it's my node"))
                .contains("--home '/home/ann/it'\\''s my node'\n");
    }
}
