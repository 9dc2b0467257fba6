package io.patchbay.protocol.patchbay;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginForm;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Fields;
import io.patchbay.api.protocol.Connection;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code login, refresh, logout} */
final class LoginOperations {
    private static final Set<String> ENVELOPE = Set.of("id", "op");

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
        return LoginForm.step(logins, fields, ENVELOPE, connection.remoteAddress())
                .thenApply(outcome -> outcome instanceof LoginOutcome.LoggedIn done
                        ? loggedIn(done.tokens())
                        : Replies.challenge((LoginOutcome.Challenged) outcome));
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
}
