package io.patchbay.it.twosteps;

import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginField;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A login in two steps: the password, then a code, which is the name backwards. Its state is the name, with "2 " before it since version 2.
 *
 * <p>One class, for it is copied into a plugin.
 */
public final class TwoSteps implements AuthMethod {
    public static final String NAME = "two-steps";
    public static final String PASSWORD = "correct horse battery staple";

    private volatile int version;

    public static String codeOf(String name) {
        return new StringBuilder(name).reverse().toString();
    }

    public void activate(Map<String, Object> properties) {
        version = Integer.parseInt(String.valueOf(properties.get(StateVersions.SAVES)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<LoginStep> begin(LoginRequest request) {
        String name = request.fields().findText("identifier").orElse("");
        boolean right = !name.isEmpty()
                && request.fields().findText("password").orElse("").equals(PASSWORD);
        return CompletableFuture.completedFuture(right ? challenge(name) : LoginStep.REFUSED);
    }

    @Override
    public CompletionStage<LoginStep> resume(StateRecord state, LoginRequest answer) {
        String body = new String(state.body(), StandardCharsets.UTF_8);
        String name = state.version() == 1 ? body : body.substring(2);
        boolean right = answer.fields().findText("code").orElse("").equals(codeOf(name));
        return CompletableFuture.completedFuture(right ? new LoginStep.Vouched(name) : LoginStep.REFUSED);
    }

    private LoginStep challenge(String name) {
        byte[] state = (version == 1 ? name : "2 " + name).getBytes(StandardCharsets.UTF_8);
        return new LoginStep.Challenge(
                "Type the code.",
                List.of(new LoginField("code", "Code", LoginField.Kind.CODE)),
                new StateRecord(version, state));
    }
}
