package io.patchbay.api.auth;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The node's user accounts, kept in the document store. Names are unique, compared exactly. No call waits. */
@ProviderType
public interface Accounts {
    CompletionStage<List<Account>> list();

    CompletionStage<Optional<Account>> find(String name);

    CompletionStage<Optional<Account>> findById(String id);

    /** Creates an account that logs in with {@code method} and {@code secret}. ALREADY_EXISTS, NAME_INVALID, UNAVAILABLE if there is no such method. */
    CompletionStage<Account> create(String name, Role role, String method, String secret);

    /** Sets a new secret and ends every login of the account. NOT_FOUND. */
    CompletionStage<Account> changeSecret(String name, String method, String secret);

    /** Changes role or enabled state; ends every login of the account. NOT_FOUND; CONFLICT if no admin would be left. */
    CompletionStage<Account> change(String name, Role role, boolean disabled);

    /** Deletes it and ends every login. NOT_FOUND; CONFLICT if no admin would be left. */
    CompletionStage<Void> delete(String name);

    /** The code of the one-time link with which the first admin is made; empty once there is an admin. */
    CompletionStage<Optional<String>> firstAdminCode();

    /** Makes the first admin. FORBIDDEN if the code is wrong, spent, or there is an admin already. */
    CompletionStage<Account> createFirstAdmin(String code, String name, String method, String secret);
}
