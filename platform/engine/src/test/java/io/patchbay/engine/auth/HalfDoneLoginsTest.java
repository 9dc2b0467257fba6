package io.patchbay.engine.auth;

import static io.patchbay.engine.auth.AuthFixture.failure;
import static io.patchbay.engine.auth.AuthFixture.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginAnswer;
import io.patchbay.api.auth.LoginField;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.LoginOutcome.Challenged;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.auth.Role;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HalfDoneLoginsTest {
    private static final String HERE = "192.0.2.1";
    private static final String ELSEWHERE = "192.0.2.2";
    private static final String METHOD = "two";

    @TempDir
    private Path home;

    private AuthFixture auth;

    @BeforeEach
    void open() {
        auth = new AuthFixture(home);
        join(auth.accounts.create("root", Role.ADMIN, "password", AuthFixture.SECRET));
        serve(1);
    }

    @AfterEach
    void close() throws Exception {
        auth.close();
    }

    @Test
    void rightAnswerLogsInWhomTheMethodVouchesFor() {
        Challenged asked = begin("ann");

        assertThat(asked.fields()).containsExactly(TwoSteps.CODE);
        assertThat(auth.logins.countHalfDone(METHOD)).isEqualTo(1);
        Tokens tokens = ((LoginOutcome.LoggedIn) join(answer(asked, "4711"))).tokens();
        assertThat(tokens.identity().name()).isEqualTo("ann");
        assertThat(tokens.identity().role()).contains(Role.USER);
        assertThat(auth.logins.countHalfDone(METHOD)).isZero();
    }

    @Test
    void aLoginIsAnsweredOnce() {
        Challenged asked = begin("ann");
        List<CompletionStage<LoginOutcome>> answers =
                IntStream.range(0, 8).mapToObj(i -> answer(asked, "4711")).toList();

        long loggedIn = answers.stream()
                .filter(each -> each.handle((done, failure) -> failure == null)
                        .toCompletableFuture()
                        .join())
                .count();

        assertThat(loggedIn).isEqualTo(1);
        assertThat(failure(answer(asked, "4711")).code()).isEqualTo(ErrorCode.LOGIN_EXPIRED);
    }

    @Test
    void wrongAnswerEndsIt() {
        Challenged asked = begin("ann");

        assertThat(failure(answer(asked, "0000")).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        assertThat(failure(answer(asked, "4711")).code()).isEqualTo(ErrorCode.LOGIN_EXPIRED);
    }

    @Test
    void aLoginIsAnsweredInTimeAndFromWhereItBegan() {
        Challenged asked = begin("ann");
        assertThat(failure(auth.logins.answer(new LoginAnswer(asked.login(), code("4711"), ELSEWHERE)))
                        .code())
                .isEqualTo(ErrorCode.LOGIN_EXPIRED);

        auth.clock.move(HalfDoneLogins.LIFETIME);
        assertThat(failure(answer(asked, "4711")).code()).isEqualTo(ErrorCode.LOGIN_EXPIRED);
        assertThat(auth.logins.countHalfDone(METHOD)).isZero();
    }

    @Test
    void whatWasNotAskedForIsRefusedAndUsesNothingUp() {
        Challenged asked = begin("ann");
        Value.Struct another = Value.struct("code", Value.of("4711"), "identifier", Value.of("root"));

        assertThat(failure(auth.logins.answer(new LoginAnswer(asked.login(), another, HERE)))
                        .code())
                .isEqualTo(ErrorCode.UNKNOWN_FIELD);
        assertThat(failure(auth.logins.answer(new LoginAnswer(asked.login(), Value.struct(), HERE)))
                        .code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(join(answer(asked, "4711"))).isInstanceOf(LoginOutcome.LoggedIn.class);
    }

    @Test
    void whatIsTooMuchIsRefusedUnreadAndNobodyIsRememberedAtLength() {
        String huge = "x".repeat(FamilyLogins.LOGIN_BYTES);
        Challenged asked = begin("ann");

        assertThat(failure(auth.logins.login(request(huge))).code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(failure(answer(asked, huge)).code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(join(answer(asked, "4711"))).isInstanceOf(LoginOutcome.LoggedIn.class);
        assertThat(LoginLimits.identity(METHOD, huge)).hasSize(LoginLimits.IDENTITY_CHARS);
    }

    @Test
    void newVersionGoesOnWithTheRecordOfTheOld() {
        Challenged asked = begin("ann");

        serve(2, 1, 2);

        assertThat(join(answer(asked, "4711"))).isInstanceOf(LoginOutcome.LoggedIn.class);
    }

    @Test
    void versionThatReadsAnotherRecordSaysSoAndTheOldOneMayComeBack() {
        Challenged asked = begin("ann");
        serve(2, 2);

        assertThat(failure(answer(asked, "4711")))
                .hasMessageEndingWith("start the login again.")
                .extracting(PatchbayException::code)
                .isEqualTo(ErrorCode.LOGIN_EXPIRED);

        serve(1, 1);
        assertThat(join(answer(asked, "4711"))).isInstanceOf(LoginOutcome.LoggedIn.class);
    }

    @Test
    void loginsWaitWhileNobodyServesAndDoNotHoldUpOthers() {
        Challenged asked = begin("ann");
        auth.providers.withdraw(AuthMethod.class, METHOD);
        List<CompletionStage<LoginOutcome>> waiting = IntStream.range(0, 20)
                .mapToObj(i -> auth.logins.login(request("bob" + i)))
                .toList();
        CompletionStage<LoginOutcome> half = answer(asked, "4711");

        assertThat(auth.login("root").identity().name()).isEqualTo("root");
        serve(1);

        assertThat(join(half)).isInstanceOf(LoginOutcome.LoggedIn.class);
        waiting.forEach(each -> assertThat(join(each)).isInstanceOf(Challenged.class));
    }

    @Test
    void failuresCountAcrossSteps() {
        List<Challenged> asked = IntStream.range(0, LoginLimits.PER_IDENTITY + 1)
                .mapToObj(i -> begin("ann"))
                .toList();
        for (int i = 0; i < LoginLimits.PER_IDENTITY; i++) {
            assertThat(failure(answer(asked.get(i), "0000")).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
        }

        assertThat(failure(answer(asked.get(LoginLimits.PER_IDENTITY), "4711")).code())
                .isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(failure(auth.logins.login(request("ann"))).code()).isEqualTo(ErrorCode.RATE_LIMITED);
        auth.clock.move(Duration.ofMinutes(1));
        assertThat(join(answer(asked.get(LoginLimits.PER_IDENTITY), "4711")))
                .as("it was not used up")
                .isInstanceOf(LoginOutcome.LoggedIn.class);
    }

    @Test
    void tooManyPushOutTheirOwnOldestAlone() {
        Challenged other = (Challenged) join(auth.logins.login(new LoginRequest(METHOD, fields("bob"), ELSEWHERE)));
        Challenged first = begin("ann");
        for (int i = 0; i < HalfDoneLogins.PER_NETWORK; i++) {
            begin("ann");
        }

        assertThat(failure(answer(first, "4711")).code()).isEqualTo(ErrorCode.LOGIN_EXPIRED);
        assertThat(auth.logins.countHalfDone(METHOD)).isEqualTo(HalfDoneLogins.PER_NETWORK + 1);
        assertThat(join(auth.logins.answer(new LoginAnswer(other.login(), code("4711"), ELSEWHERE))))
                .isInstanceOf(LoginOutcome.LoggedIn.class);
    }

    @Test
    void stateThatWasNotDeclaredIsNotKept() {
        auth.providers.declare(METHOD, new StateVersions(OptionalInt.of(2), Set.of(2)));

        assertThat(failure(auth.logins.login(request("ann"))).code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(auth.logins.countHalfDone(METHOD)).isZero();
    }

    @Test
    void nobodyIsVouchedIntoAnAccountOfAnotherMethod() {
        Challenged asked = begin("root");

        assertThat(failure(answer(asked, "4711")).code()).isEqualTo(ErrorCode.LOGIN_FAILED);
    }

    @Test
    void whomTheMethodNoLongerVouchesForIsLoggedOutAtTheNextRefresh() {
        Tokens tokens = ((LoginOutcome.LoggedIn) join(answer(begin("ann"), "4711"))).tokens();
        Tokens next = join(auth.logins.refresh(tokens.refreshToken()));
        TwoSteps without = new TwoSteps(1, "ann");
        auth.providers.offer(AuthMethod.class, METHOD, without);

        assertThat(failure(auth.logins.refresh(next.refreshToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(failure(auth.logins.verify(next.accessToken())).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void passwordThatIsKeptElsewhereIsNotChangedHere() {
        join(answer(begin("ann"), "4711"));

        PatchbayException refused = failure(auth.accounts.changeSecret("ann", "password", "correct horse battery"));

        assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refused)
                .hasMessage(
                        "The password of 'ann' is not kept here: this user logs in by 'two'; change it where that keeps it.");
        assertThat(join(auth.accounts.find("ann")).orElseThrow().credentials())
                .containsOnlyKeys(METHOD)
                .containsValue(Account.ELSEWHERE);
    }

    private void serve(int saves, int... adopts) {
        Set<Integer> read = Set.of(IntStream.of(adopts.length == 0 ? new int[] {saves} : adopts)
                .boxed()
                .toArray(Integer[]::new));
        auth.providers.declare(METHOD, new StateVersions(OptionalInt.of(saves), read));
        auth.providers.offer(AuthMethod.class, METHOD, new TwoSteps(saves, ""));
    }

    private Challenged begin(String name) {
        return (Challenged) join(auth.logins.login(request(name)));
    }

    private CompletionStage<LoginOutcome> answer(Challenged asked, String code) {
        return auth.logins.answer(new LoginAnswer(asked.login(), code(code), HERE));
    }

    private static LoginRequest request(String name) {
        return new LoginRequest(METHOD, fields(name), HERE);
    }

    private static Value.Struct fields(String name) {
        return Value.struct("identifier", Value.of(name));
    }

    private static Value.Struct code(String code) {
        return Value.struct("code", Value.of(code));
    }

    /** Asks everyone for the code 4711, and vouches for whoever knows it. */
    private record TwoSteps(int version, String stranger) implements AuthMethod {
        static final LoginField CODE = new LoginField("code", "Code", LoginField.Kind.CODE);

        @Override
        public String name() {
            return METHOD;
        }

        @Override
        public CompletionStage<LoginStep> begin(LoginRequest request) {
            byte[] who = request.fields().findText("identifier").orElse("").getBytes(StandardCharsets.UTF_8);
            return CompletableFuture.completedFuture(
                    new LoginStep.Challenge("Type the code.", List.of(CODE), new StateRecord(version, who)));
        }

        @Override
        public CompletionStage<LoginStep> resume(StateRecord state, LoginRequest answer) {
            boolean right = answer.fields().findText("code").orElse("").equals("4711");
            return CompletableFuture.completedFuture(
                    right
                            ? new LoginStep.Vouched(new String(state.body(), StandardCharsets.UTF_8))
                            : LoginStep.REFUSED);
        }

        @Override
        public CompletionStage<Boolean> vouches(String accountName) {
            return CompletableFuture.completedFuture(!accountName.equals(stranger));
        }
    }
}
