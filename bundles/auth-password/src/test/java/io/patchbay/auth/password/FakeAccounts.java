package io.patchbay.auth.password;

import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Accounts in memory; only looking up is supported, as the login method does no more. */
final class FakeAccounts implements Accounts {
    private final Map<String, Account> byName = new ConcurrentHashMap<>();

    void add(String name, boolean disabled, Map<String, String> credentials) {
        byName.put(name, new Account("id-of-" + name, name, Role.USER, disabled, credentials));
    }

    @Override
    public CompletionStage<Optional<Account>> find(String name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(byName.get(name)));
    }

    @Override
    public CompletionStage<List<Account>> list() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<Account>> findById(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Account> create(String name, Role role, String method, String secret) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Account> changeSecret(String name, String method, String secret) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Account> change(String name, Role role, boolean disabled) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> delete(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<String>> firstAdminCode() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Account> createFirstAdmin(String code, String name, String method, String secret) {
        throw new UnsupportedOperationException();
    }
}
