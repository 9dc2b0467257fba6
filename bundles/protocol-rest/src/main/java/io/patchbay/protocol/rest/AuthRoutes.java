package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.LoginForm;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Logging in and staying so; answers that hold a secret are never cached. */
final class AuthRoutes {
    private final Logins logins;
    private final Accounts accounts;

    AuthRoutes(Logins logins, Accounts accounts) {
        this.logins = logins;
        this.accounts = accounts;
    }

    /** Begins a login, or goes on with one that is half done. */
    CompletionStage<HttpResponse> login(Call call) {
        return LoginForm.step(logins, call.fields(), Set.of(), call.request().remoteAddress())
                .thenApply(AuthRoutes::answer);
    }

    CompletionStage<HttpResponse> refresh(Call call) {
        return logins.refresh(refreshToken(call)).thenApply(AuthRoutes::answer);
    }

    /** By the refresh token in the body; without a body, by the access token. */
    CompletionStage<HttpResponse> logout(Call call) {
        CompletionStage<Void> ended = call.request().body().length > 0
                ? logins.logout(refreshToken(call))
                : logins.verify(Callers.requireToken(call.request())).thenCompose(logins::logout);
        return ended.thenApply(done -> HttpResponse.empty(204));
    }

    CompletionStage<HttpResponse> methods(Call call) {
        return logins.describeMethods()
                .thenApply(methods -> Answer.list(
                        methods,
                        method -> Value.struct(
                                "name", Value.of(method.name()), "fields", LoginForm.describe(method.fields()))));
    }

    CompletionStage<HttpResponse> setup(Call call) {
        Fields fields = call.fields();
        String code = fields.requireText("code");
        String name = fields.requireText("name");
        String password = fields.requireText("password");
        fields.done();
        return accounts.createFirstAdmin(code, name, UserRoutes.PASSWORD, password)
                .thenApply(admin -> Answer.json(201, UserRoutes.describe(admin)).with("Cache-Control", "no-store"));
    }

    /** Whether the code of a link is good, for who is about to fill in a form. */
    CompletionStage<HttpResponse> checkSetup(Call call) {
        Fields fields = call.fields();
        byte[] code = fields.requireText("code").getBytes(StandardCharsets.UTF_8);
        fields.done();
        return accounts.firstAdminCode().thenApply(known -> {
            String good = known.orElseThrow(() -> new PatchbayException(
                    ErrorCode.ALREADY_EXISTS, "There is an admin already, so this link is used up: log in instead."));
            // The time does not tell how near the code came.
            if (!MessageDigest.isEqual(good.getBytes(StandardCharsets.UTF_8), code)) {
                throw new PatchbayException(
                        ErrorCode.FORBIDDEN,
                        "This link is of another node, or was not copied whole: take the one that this node printed when it started.");
            }
            return HttpResponse.empty(204).with("Cache-Control", "no-store");
        });
    }

    private static String refreshToken(Call call) {
        Fields fields = call.fields();
        String token = fields.requireText("refreshToken");
        fields.done();
        return token;
    }

    private static HttpResponse answer(LoginOutcome outcome) {
        return outcome instanceof LoginOutcome.LoggedIn done
                ? answer(done.tokens())
                : secret(LoginForm.describe((LoginOutcome.Challenged) outcome));
    }

    private static HttpResponse answer(Tokens tokens) {
        String role = tokens.identity().role().map(Enum::name).orElse("none").toLowerCase(Locale.ROOT);
        Value user = Value.struct(
                "id",
                Value.of(tokens.identity().id()),
                "name",
                Value.of(tokens.identity().name()),
                "role",
                Value.of(role));
        return secret(Value.struct(
                "accessToken", Value.of(tokens.accessToken()),
                "refreshToken", Value.of(tokens.refreshToken()),
                "expiresIn", Value.of(tokens.expiresIn().toSeconds()),
                "user", user));
    }

    private static HttpResponse secret(Value.Struct body) {
        return Answer.json(200, body).with("Cache-Control", "no-store");
    }
}
