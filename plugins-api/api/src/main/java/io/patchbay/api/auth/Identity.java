package io.patchbay.api.auth;

import java.time.Instant;
import java.util.Optional;

/**
 * Who calls.
 *
 * @param id the account's id; {@code anonymous} and {@code system} are the two that are no accounts
 * @param family the login's token family: ending it ends every session of the login
 * @param expiresAt when the access token ends; the session must renew it before
 */
public record Identity(
        String id, String name, Optional<Role> role, Optional<String> family, Optional<Instant> expiresAt) {
    public static final Identity ANONYMOUS =
            new Identity("anonymous", "anonymous", Optional.empty(), Optional.empty(), Optional.empty());

    /** The node itself and the operator at its control socket. */
    public static final Identity SYSTEM =
            new Identity("system", "system", Optional.of(Role.ADMIN), Optional.empty(), Optional.empty());

    public boolean isAdmin() {
        return role.filter(Role.ADMIN::equals).isPresent();
    }

    public boolean isAnonymous() {
        return role.isEmpty();
    }
}
