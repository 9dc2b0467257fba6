package io.patchbay.protocol.patchbay;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code login, refresh, logout} */
final class LoginOperations {
    private static final Set<String> NOT_FOR_THE_METHOD = Set.of("id", "op", "method");

    private final Connection connection;
    private final Logins logins;

    LoginOperations(Connection connection, Logins logins) {
        this.connection = connection;
        this.logins = logins;
    }

    CompletionStage<byte[]> login(Fields fields) {
        if (fields.has("token")) {
            String token = fields.requireText("token");
            fields.done();
            return logins.verify(token).thenApply(this::authenticated);
        }
        String method = fields.findText("method")
                .orElseThrow(() -> fields.refused(
                        "method", "'login' needs a 'token', or a 'method' and what the method asks for."));
        return logins.login(new LoginRequest(method, forTheMethod(fields), connection.remoteAddress()))
                .thenApply(this::loggedIn);
    }

    CompletionStage<byte[]> refresh(Fields fields) {
        String token = fields.requireText("refreshToken");
        fields.done();
        return logins.refresh(token).thenApply(this::loggedIn);
    }

    CompletionStage<byte[]> logout(Fields fields) {
        String token = fields.requireText("refreshToken");
        fields.done();
        return logins.logout(token).thenApply(done -> Replies.NOTHING);
    }

    private byte[] loggedIn(Tokens tokens) {
        authenticated(tokens.identity());
        return Replies.tokens(tokens);
    }

    private byte[] authenticated(Identity identity) {
        connection.session().authenticate(identity);
        return Replies.user(identity);
    }

    /** Every field but ours: which ones a method knows is its own affair. */
    private static Value.Struct forTheMethod(Fields fields) {
        Map<String, Value> rest = new LinkedHashMap<>();
        for (String name : fields.names()) {
            if (!NOT_FOR_THE_METHOD.contains(name)) {
                fields.findAny(name).ifPresent(value -> rest.put(name, value));
            }
        }
        return new Value.Struct(rest);
    }
}
