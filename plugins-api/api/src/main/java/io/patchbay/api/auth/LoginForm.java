package io.patchbay.api.auth;

import io.patchbay.api.auth.LoginOutcome.Challenged;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Logging in as protocols write it, one form for all of them. */
public final class LoginForm {
    private static final String METHOD = "method";
    private static final String LOGIN = "login";
    private static final String ANSWERS = "answers";

    private LoginForm() {}

    /**
     * The step that {@code request} asks for: {@code method} and whatever that asks for, or {@code login}, the id of one that is half done, and {@code answers}.
     *
     * @param envelope fields of the protocol's own, which no method sees
     * @param remoteAddress of the client, without port
     */
    public static CompletionStage<LoginOutcome> step(
            Logins logins, Fields request, Set<String> envelope, String remoteAddress) {
        if (request.has(LOGIN) && !request.has(METHOD)) {
            LoginAnswer answer =
                    new LoginAnswer(request.requireText(LOGIN), request.requireStruct(ANSWERS), remoteAddress);
            request.done();
            return logins.answer(answer);
        }
        String method = request.findText(METHOD)
                .orElseThrow(() -> request.refused(
                        METHOD,
                        "A login needs a '" + METHOD + "' and what that asks for, or the '" + LOGIN
                                + "' that is half done and '" + ANSWERS + "'."));
        Map<String, Value> fields = new LinkedHashMap<>();
        request.names().stream()
                .filter(name -> !name.equals(METHOD) && !envelope.contains(name))
                .forEach(name -> request.findAny(name).ifPresent(value -> fields.put(name, value)));
        return logins.login(new LoginRequest(method, new Value.Struct(fields), remoteAddress));
    }

    /** {@code login, challenge: {message, fields}, expiresIn} */
    public static Value.Struct describe(Challenged challenged) {
        return Value.struct(
                LOGIN,
                Value.of(challenged.login()),
                "challenge",
                Value.struct("message", Value.of(challenged.message()), "fields", describe(challenged.fields())),
                "expiresIn",
                Value.of(challenged.expiresIn().toSeconds()));
    }

    /** {@code [{name, label, type}]} */
    public static Value.Array describe(List<LoginField> fields) {
        return new Value.Array(fields.stream().<Value>map(LoginForm::describe).toList());
    }

    private static Value.Struct describe(LoginField field) {
        return Value.struct(
                "name", Value.of(field.name()),
                "label", Value.of(field.label()),
                "type", Value.of(field.kind().name().toLowerCase(Locale.ROOT)));
    }
}
