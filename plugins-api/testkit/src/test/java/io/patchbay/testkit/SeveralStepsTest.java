package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginField;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.migration.StateRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A method that asks twice passes the contract; one that remembers between two steps does not. */
class SeveralStepsTest extends AuthMethodContract {
    private final AuthMethod method = new CodeAfterPassword();
    private final AuthMethod another = new CodeAfterPassword();

    @Override
    protected AuthMethod method() {
        return method;
    }

    @Override
    protected AuthMethod anotherInstance() {
        return another;
    }

    @Override
    protected Map<String, String> rightFields() {
        return Map.of("identifier", "ann", "password", "correct horse");
    }

    @Override
    protected Map<String, String> rightAnswer(LoginStep.Challenge challenge) {
        return Map.of("code", "4711");
    }

    @Test
    void contractFindsAMethodThatRemembersBetweenTwoSteps() {
        AuthMethodContract forgetful = new SeveralStepsTest() {
            private final AuthMethod first = new Remembering();
            private final AuthMethod next = new Remembering();

            @Override
            protected AuthMethod method() {
                return first;
            }

            @Override
            protected AuthMethod anotherInstance() {
                return next;
            }
        };

        forgetful.rightFieldsLogIn();
        assertThat(catchError(forgetful::stateServesAnotherInstanceBothWays)).isPresent();
    }

    private static Optional<AssertionError> catchError(Runnable test) {
        try {
            test.run();
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(e);
        }
    }

    private static class CodeAfterPassword implements AuthMethod {
        @Override
        public String name() {
            return "code";
        }

        @Override
        public CompletionStage<LoginStep> begin(LoginRequest request) {
            Optional<String> name = request.fields().findText("identifier");
            Optional<String> password = request.fields().findText("password");
            if (name.isEmpty() || password.isEmpty()) {
                return CompletableFuture.failedFuture(new PatchbayException(
                        ErrorCode.BAD_REQUEST, "It needs the texts 'identifier' and 'password'."));
            }
            boolean right = name.get().equals("ann") && password.get().equals("correct horse");
            return CompletableFuture.completedFuture(right ? ask(name.get()) : LoginStep.REFUSED);
        }

        LoginStep ask(String name) {
            return new LoginStep.Challenge(
                    "Type the code.",
                    List.of(new LoginField("code", "Code", LoginField.Kind.CODE)),
                    new StateRecord(1, name.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public CompletionStage<LoginStep> resume(StateRecord state, LoginRequest answer) {
            String name = new String(state.body(), StandardCharsets.UTF_8);
            boolean right = answer.fields().findText("code").equals(Optional.of("4711"));
            return CompletableFuture.completedFuture(right ? finish(name) : LoginStep.REFUSED);
        }

        LoginStep finish(String state) {
            return new LoginStep.Verified("id-of-" + state);
        }
    }

    private static final class Remembering extends CodeAfterPassword {
        private final Map<String, String> begun = new HashMap<>();

        @Override
        LoginStep ask(String name) {
            String ticket = "ticket-" + begun.size();
            begun.put(ticket, name);
            return super.ask(ticket);
        }

        @Override
        LoginStep finish(String state) {
            return begun.containsKey(state) ? super.finish(begun.get(state)) : LoginStep.REFUSED;
        }
    }
}
