package io.patchbay.api.auth;

import io.patchbay.api.migration.StateRecord;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** A way to prove who one is; a service. Called by any thread, never waits: slow work (hashing, the network) goes to threads of its own, bounded. */
@ConsumerType
public interface AuthMethod {
    /** Its name in {@code POST /auth/login}, such as {@code password}. */
    String name();

    /**
     * The account that the fields prove, by id. Takes the same time whether the account exists or not.
     *
     * @return a stage that fails with LOGIN_FAILED (without saying what was wrong) or OVERLOADED
     */
    CompletionStage<String> authenticate(LoginRequest request);

    /** Turns a secret into what the account keeps; VALUE_INVALID (with the reason) if the secret is too weak or too long. */
    CompletionStage<String> enrol(String secret);

    /** Half-done logins, for the version that follows. */
    default Optional<StateRecord> exportState() {
        return Optional.empty();
    }

    default void importState(StateRecord state) {}
}
