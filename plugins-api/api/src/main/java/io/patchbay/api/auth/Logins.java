package io.patchbay.api.auth;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Logging in and staying so. Any thread, no call waits. */
@ProviderType
public interface Logins {
    /** Names of the login methods that are there now. */
    List<String> methods();

    /** The login methods that are there now, with what each asks for; one that can't say so is left out. */
    CompletionStage<List<LoginMethod>> describeMethods();

    /** The first step. LOGIN_FAILED, RATE_LIMITED, UNAVAILABLE. */
    CompletionStage<LoginOutcome> login(LoginRequest request);

    /**
     * The next step of a login that is half done. LOGIN_FAILED, RATE_LIMITED, UNAVAILABLE; LOGIN_EXPIRED if it must be begun again: its time is over, it was answered already, or the method's
     * version does not go on from the one that it began with. BAD_REQUEST if the answers are not those that were asked for; that does not use it up.
     */
    CompletionStage<LoginOutcome> answer(LoginAnswer answer);

    /** How many logins by this method are half done. Cheap. */
    long countHalfDone(String method);

    /** Trades a refresh token for its child. UNAUTHENTICATED; a reused token ends its whole family. */
    CompletionStage<Tokens> refresh(String refreshToken);

    /** Ends the family of this refresh token and closes its connections; says nothing of a token that is none. */
    CompletionStage<Void> logout(String refreshToken);

    /** Ends the family that this identity's access token belongs to and closes its connections; nothing happens if it has none. */
    CompletionStage<Void> logout(Identity identity);

    /** Whose access token it is; remembered until it expires or is revoked. UNAUTHENTICATED, TOKEN_EXPIRED. */
    CompletionStage<Identity> verify(String accessToken);

    /**
     * A text that says who calls where no header can: it opens streams of events as {@code identity}, and does nothing else. It ends with the access token that {@code identity} came with,
     * and with the login. FORBIDDEN if {@code identity} has no login.
     */
    CompletionStage<String> issueTicket(Identity identity);

    /** Whose ticket it is, with the rights the account has now. UNAUTHENTICATED, TOKEN_EXPIRED. */
    CompletionStage<Identity> verifyTicket(String ticket);

    /** The JWK set by which others check access tokens, JSON. */
    String jwks();
}
