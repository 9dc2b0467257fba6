package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginField;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What the node expects of a login method: whatever is wrong is answered in the same way and costs the same, whatever is sent harms nothing, and the state between two steps serves another
 * instance of the method as well as the one that wrote it.
 */
public abstract class AuthMethodContract {
    /** Beyond it a method hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int AT_ONCE = 16;
    private static final int TIMED = 5;
    /** Leaving the hash out is a factor of a hundred and more; a busy machine is one of two or three. */
    private static final double SAME_CLASS = 20;
    /** Less is nothing but noise. */
    private static final long SHORTEST_NS = 20_000;

    /** The method, which knows the account {@link #knownName}; the same one at every call. */
    protected abstract AuthMethod method();

    /** Another instance that knows the same accounts, such as the next version's. */
    protected abstract AuthMethod anotherInstance();

    /** What the first step takes of someone who may log in. */
    protected abstract Map<String, String> rightFields();

    /** The right answer to a challenge, if the method asks in several steps. */
    protected Map<String, String> rightAnswer(LoginStep.Challenge challenge) {
        throw new UnsupportedOperationException("the method asked: " + challenge);
    }

    @Test
    void rightFieldsLogIn() {
        assertThat(logIn(method(), method())).isInstanceOfAny(LoginStep.Verified.class, LoginStep.Vouched.class);
    }

    @Test
    void namesWhatItAsksFor() {
        assertThat(method().fields())
                .extracting(LoginField::name)
                .doesNotHaveDuplicates()
                .containsAll(rightFields().keySet());
        assertThat(method().fields())
                .allSatisfy(field -> assertThat(field.label()).isNotBlank());
    }

    @Test
    void stateServesAnotherInstanceBothWays() {
        LoginStep here = logIn(method(), method());

        assertThat(logIn(method(), anotherInstance())).isEqualTo(here);
        assertThat(logIn(anotherInstance(), method())).isEqualTo(here);
    }

    @Test
    void wrongSecretsAndUnknownNamesAreAnsweredAlike() {
        Class<?> kind = kind(begin(method(), wrong(secret(), right -> right + "x")));

        for (UnaryOperator<String> change : List.<UnaryOperator<String>>of(
                right -> "nobody-" + right, right -> " ", right -> right + "\0", right -> right + " ")) {
            assertThat(kind(begin(method(), wrong(name(), change)))).isEqualTo(kind);
        }
    }

    @Test
    void oddInputIsRefusedAndHarmsNothing() {
        for (String odd : List.of(
                "",
                " ",
                "\0",
                "\n",
                "a\u0007b",
                "x".repeat(100_000),
                "\uD83D\uDE00".repeat(300),
                "a:b",
                "../../etc/passwd",
                "$2y$05$",
                "%s%n",
                "\u202Eabc")) {
            for (String field : rightFields().keySet()) {
                assertRefused(wrong(field, right -> odd));
            }
            assertRefused(wrong(secret(), right -> right + odd + "\0"));
        }
        assertRefused(wrong(secret(), right -> right + "\0"));
        rightFieldsLogIn();
    }

    @Test
    void missingFieldsAndOtherTypesAreTheClientsMistake() {
        for (String field : rightFields().keySet()) {
            for (Value wrong : List.of(Value.of(7), Value.TRUE, Value.struct(), Value.array())) {
                Map<String, Value> fields = values(rightFields());
                fields.put(field, wrong);
                assertThat(failure(method().begin(request(fields)))).isEqualTo(ErrorCode.BAD_REQUEST);
                fields.remove(field);
                assertThat(failure(method().begin(request(fields)))).isEqualTo(ErrorCode.BAD_REQUEST);
            }
        }
    }

    @Test
    void manyLogInAtOnce() {
        List<CompletionStage<LoginStep>> right = new ArrayList<>();
        List<CompletionStage<LoginStep>> wrong = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            right.add(method().begin(request(values(rightFields()))));
            wrong.add(method().begin(request(values(wrong(secret(), text -> text + "x")))));
        }
        Class<?> good = kind(join(right.get(0)));
        right.forEach(each -> assertThat(kind(join(each))).isEqualTo(good));
        wrong.forEach(
                each -> assertThat(join(each)).isNotInstanceOfAny(LoginStep.Verified.class, LoginStep.Vouched.class));
    }

    @Test
    void unknownNameTakesAsLongAsAWrongSecret() {
        Map<String, String> known = wrong(secret(), right -> right + "x");
        Map<String, String> unknown = wrong(name(), right -> "nobody-" + right);
        fastestNs(known);
        fastestNs(unknown);

        double ratio = (double) fastestNs(unknown) / fastestNs(known);

        assertThat(ratio).isBetween(1 / SAME_CLASS, SAME_CLASS);
    }

    /** The field that says who. */
    protected String name() {
        return "identifier";
    }

    /** The field that proves it. */
    protected String secret() {
        return "password";
    }

    private LoginStep logIn(AuthMethod first, AuthMethod then) {
        LoginStep step = begin(first, rightFields());
        while (step instanceof LoginStep.Challenge challenge) {
            step = join(then.resume(challenge.state(), request(values(rightAnswer(challenge)))));
        }
        return step;
    }

    private void assertRefused(Map<String, String> fields) {
        assertThat(begin(method(), fields)).isNotInstanceOfAny(LoginStep.Verified.class, LoginStep.Vouched.class);
    }

    private long fastestNs(Map<String, String> fields) {
        long fastestNs = Long.MAX_VALUE;
        for (int i = 0; i < TIMED; i++) {
            long beganNs = System.nanoTime();
            begin(method(), fields);
            fastestNs = Math.min(fastestNs, System.nanoTime() - beganNs);
        }
        return Math.max(fastestNs, SHORTEST_NS);
    }

    private Map<String, String> wrong(String field, UnaryOperator<String> change) {
        Map<String, String> fields = new LinkedHashMap<>(rightFields());
        fields.computeIfPresent(field, (name, right) -> change.apply(right));
        return fields;
    }

    private LoginStep begin(AuthMethod method, Map<String, String> fields) {
        return join(method.begin(request(values(fields))));
    }

    private LoginRequest request(Map<String, Value> fields) {
        return new LoginRequest(method().name(), new Value.Struct(fields), "192.0.2.1");
    }

    private static Map<String, Value> values(Map<String, String> texts) {
        Map<String, Value> values = new LinkedHashMap<>();
        texts.forEach((name, text) -> values.put(name, Value.of(text)));
        return values;
    }

    private static Class<?> kind(LoginStep step) {
        return step.getClass();
    }

    private static LoginStep join(CompletionStage<LoginStep> stage) {
        return bounded(stage).join();
    }

    private static ErrorCode failure(CompletionStage<LoginStep> stage) {
        try {
            LoginStep step = bounded(stage).join();
            throw new AssertionError("it gave " + step);
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(PatchbayException.class);
            return ((PatchbayException) e.getCause()).code();
        }
    }

    private static CompletableFuture<LoginStep> bounded(CompletionStage<LoginStep> stage) {
        return stage.toCompletableFuture().copy().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
