package io.patchbay.api.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.migration.StateRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to prove who one is, in one step or several; a service. Called by threads of the node that are few, and never waits: slow work (hashing, the network) goes to threads of its own, bounded.
 *
 * <p>The node keeps everything between two steps: what the method needs then is the {@link LoginStep.Challenge#state() state} of its challenge, a record with a version. So a new version of the
 * method goes on with the logins that the old one began, if its component declares to read what the old one writes ({@link io.patchbay.api.migration.StateVersions}); whose record it doesn't read
 * is told to begin again.
 *
 * <p>A stage fails for what is not the fault of who logs in: BAD_REQUEST (a field is missing, or of another type), OVERLOADED, UNAVAILABLE. After one that may be tried again the same answer may
 * come once more.
 */
@ConsumerType
public interface AuthMethod {
    /** Its name in {@code POST /auth/login}, such as {@code password}. */
    String name();

    /** What the first step asks for, for who draws a form of it. Does not change while the method serves. */
    default List<LoginField> fields() {
        return LoginField.NAME_AND_PASSWORD;
    }

    /** The first step. Takes the same time, and gives the same kind of answer, whether the account exists or not. */
    CompletionStage<LoginStep> begin(LoginRequest request);

    /**
     * The next step: {@code answer} has the fields that the challenge asked for, each a text, and comes from the network address that the login began at. Whose login it is stands in the
     * {@code state}, nowhere else.
     *
     * @param state of the challenge, in a version that the component declares to adopt; each comes once, unless the stage failed
     */
    default CompletionStage<LoginStep> resume(StateRecord state, LoginRequest answer) {
        return CompletableFuture.failedFuture(new PatchbayException(
                ErrorCode.INTERNAL, "The login method '" + name() + "' asks once and has no second step."));
    }

    /** Turns a secret into what the account keeps; VALUE_INVALID (with the reason) if the secret is too weak or too long, CONFLICT if this method keeps none here. */
    default CompletionStage<String> enrol(String secret) {
        return CompletableFuture.failedFuture(new PatchbayException(
                ErrorCode.CONFLICT,
                "The login method '" + name() + "' keeps its secrets elsewhere; set them where they are kept."));
    }

    /** Of an account that this method {@linkplain LoginStep.Vouched vouched} for: whether it still does. Asked whenever the account's tokens are refreshed; {@code false} ends the login. */
    default CompletionStage<Boolean> vouches(String accountName) {
        return CompletableFuture.completedFuture(true);
    }
}
