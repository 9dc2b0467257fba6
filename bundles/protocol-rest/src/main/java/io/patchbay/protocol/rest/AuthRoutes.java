package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Logging in and staying so; answers that hold a secret are never cached. */
final class AuthRoutes {
    private static final String METHOD = "method";

    private final Logins logins;
    private final Accounts accounts;

    AuthRoutes(Logins logins, Accounts accounts) {
        this.logins = logins;
        this.accounts = accounts;
    }

    CompletionStage<HttpResponse> login(Call call) {
        Fields fields = call.fields();
        String method = fields.requireText(METHOD);
        LoginRequest request =
                new LoginRequest(method, forTheMethod(fields), call.request().remoteAddress());
        return logins.login(request).thenApply(AuthRoutes::answer);
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
        return CompletableFuture.completedFuture(
                Answer.list(logins.methods(), name -> Value.struct("name", Value.of(name))));
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

    /** Every field but ours: which ones a method knows is its own affair. */
    private static Value.Struct forTheMethod(Fields fields) {
        Map<String, Value> rest = new LinkedHashMap<>();
        for (String name : fields.names()) {
            if (!name.equals(METHOD)) {
                fields.findAny(name).ifPresent(value -> rest.put(name, value));
            }
        }
        return new Value.Struct(rest);
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
        return Answer.json(
                        200,
                        Value.struct(
                                "accessToken", Value.of(tokens.accessToken()),
                                "refreshToken", Value.of(tokens.refreshToken()),
                                "expiresIn", Value.of(tokens.expiresIn().toSeconds()),
                                "user", user))
                .with("Cache-Control", "no-store");
    }
}
