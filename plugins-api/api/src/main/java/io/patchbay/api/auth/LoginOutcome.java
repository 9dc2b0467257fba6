package io.patchbay.api.auth;

import java.time.Duration;
import java.util.List;

/** What a request to log in led to, when nothing was wrong with it. */
public sealed interface LoginOutcome {
    record LoggedIn(Tokens tokens) implements LoginOutcome {}

    /**
     * The login is half done.
     *
     * @param login its opaque id, a secret: works once, for {@code expiresIn}, from the network address that it was given to
     * @param message a sentence for the person: what to do now
     * @param fields what to answer with
     */
    record Challenged(String login, String message, List<LoginField> fields, Duration expiresIn)
            implements LoginOutcome {
        public Challenged {
            fields = List.copyOf(fields);
        }

        @Override
        public String toString() {
            return "challenged: " + message;
        }
    }
}
