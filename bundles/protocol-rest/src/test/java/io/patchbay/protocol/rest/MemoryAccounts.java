package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Accounts whose secrets are kept as they are; the first admin's code is {@value #CODE}. */
final class MemoryAccounts implements Accounts {
    static final String CODE = "one-time-code";

    final Map<String, Account> accounts = new TreeMap<>();

    @Override
    public CompletionStage<List<Account>> list() {
        return CompletableFuture.completedFuture(List.copyOf(accounts.values()));
    }

    @Override
    public CompletionStage<Optional<Account>> find(String name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(accounts.get(name)));
    }

    @Override
    public CompletionStage<Optional<Account>> findById(String id) {
        return CompletableFuture.completedFuture(accounts.values().stream()
                .filter(account -> account.id().equals(id))
                .findFirst());
    }

    @Override
    public CompletionStage<Account> create(String name, Role role, String method, String secret) {
        if (accounts.containsKey(name)) {
            return failed(ErrorCode.ALREADY_EXISTS, "There is a user of that name already.");
        }
        return put(new Account("id-" + name, name, role, false, Map.of(method, secret)));
    }

    @Override
    public CompletionStage<Account> changeSecret(String name, String method, String secret) {
        Account before = accounts.get(name);
        return put(new Account(before.id(), name, before.role(), before.disabled(), Map.of(method, secret)));
    }

    @Override
    public CompletionStage<Account> change(String name, Role role, boolean disabled) {
        Account before = accounts.get(name);
        return put(new Account(before.id(), name, role, disabled, before.credentials()));
    }

    @Override
    public CompletionStage<Void> delete(String name) {
        if (accounts.remove(name) == null) {
            return failed(ErrorCode.NOT_FOUND, "There is no such user.");
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<String>> firstAdminCode() {
        boolean open = accounts.values().stream().noneMatch(account -> account.role() == Role.ADMIN);
        return CompletableFuture.completedFuture(Optional.of(CODE).filter(code -> open));
    }

    @Override
    public CompletionStage<Account> createFirstAdmin(String code, String name, String method, String secret) {
        return code.equals(CODE)
                ? create(name, Role.ADMIN, method, secret)
                : failed(ErrorCode.FORBIDDEN, "The code is wrong.");
    }

    private CompletionStage<Account> put(Account account) {
        accounts.put(account.name(), account);
        return CompletableFuture.completedFuture(account);
    }

    private static <T> CompletionStage<T> failed(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(new PatchbayException(code, message));
    }
}
