package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The node's users, for admins. */
final class UserRoutes {
    static final String PASSWORD = "password";

    private final Accounts accounts;

    UserRoutes(Accounts accounts) {
        this.accounts = accounts;
    }

    CompletionStage<HttpResponse> list(Call call) {
        return accounts.list().thenApply(all -> Answer.list(all, UserRoutes::describe));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return find(call).thenApply(account -> Answer.json(200, describe(account)));
    }

    CompletionStage<HttpResponse> create(Call call) {
        Fields fields = call.fields();
        String name = fields.requireText("name");
        Role role = findRole(fields).orElse(Role.USER);
        String password = fields.requireText(PASSWORD);
        fields.done();
        return accounts.create(name, role, PASSWORD, password)
                .thenApply(account -> Answer.json(201, describe(account))
                        .with("Location", "/api/v1/users/" + Text.segment(account.name())));
    }

    CompletionStage<HttpResponse> change(Call call) {
        Fields fields = call.fields();
        Optional<Role> role = findRole(fields);
        Optional<Boolean> disabled = fields.findBool("disabled");
        Optional<String> password = fields.findText(PASSWORD);
        fields.done();
        return find(call)
                .thenCompose(account -> changeSecret(account, password))
                .thenCompose(account -> change(account, role, disabled))
                .thenApply(account -> Answer.json(200, describe(account)));
    }

    CompletionStage<HttpResponse> delete(Call call) {
        return accounts.delete(call.path("name")).thenApply(done -> HttpResponse.empty(204));
    }

    static Value.Struct describe(Account account) {
        return Value.struct(
                "id", Value.of(account.id()),
                "name", Value.of(account.name()),
                "role", Value.of(account.role().name().toLowerCase(Locale.ROOT)),
                "disabled", Value.of(account.disabled()));
    }

    private CompletionStage<Account> find(Call call) {
        return accounts.find(call.path("name")).thenApply(found -> found.orElseThrow(() -> notFound(call)));
    }

    private CompletionStage<Account> changeSecret(Account account, Optional<String> password) {
        return password.map(secret -> accounts.changeSecret(account.name(), PASSWORD, secret))
                .orElseGet(() -> CompletableFuture.completedFuture(account));
    }

    private CompletionStage<Account> change(Account account, Optional<Role> role, Optional<Boolean> disabled) {
        if (role.isEmpty() && disabled.isEmpty()) {
            return CompletableFuture.completedFuture(account);
        }
        return accounts.change(account.name(), role.orElse(account.role()), disabled.orElse(account.disabled()));
    }

    private static Optional<Role> findRole(Fields fields) {
        return fields.findText("role").map(text -> switch (text) {
            case "admin" -> Role.ADMIN;
            case "user" -> Role.USER;
            default -> throw fields.refused("role", "'role' must be 'admin' or 'user'.");
        });
    }

    private static PatchbayException notFound(Call call) {
        return new PatchbayException(
                ErrorCode.NOT_FOUND, "There is no user '" + Text.shortened(call.path("name")) + "'.");
    }
}
