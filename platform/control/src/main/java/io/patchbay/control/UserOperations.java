package io.patchbay.control;

import static io.patchbay.control.NodeServices.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The node's users, for an operator. */
final class UserOperations {
    private static final String PASSWORD = "password";

    private final NodeServices services;

    UserOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "user.list", this::list,
                "user.add", this::add,
                "user.passwd", this::changePassword,
                "user.change", this::change,
                "user.delete", this::delete);
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return with(accounts -> new Value.Array(
                await(accounts.list()).stream().map(UserOperations::value).toList()));
    }

    private Value add(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        Role role = role(fields.requireText("role"));
        String password = fields.requireText(PASSWORD);
        fields.done();
        return with(accounts -> value(await(accounts.create(name, role, PASSWORD, password))));
    }

    private Value changePassword(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        String password = fields.requireText(PASSWORD);
        fields.done();
        return with(accounts -> value(await(accounts.changeSecret(name, PASSWORD, password))));
    }

    /** What is left out stays as it is. */
    private Value change(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        Optional<Role> role = fields.findText("role").map(UserOperations::role);
        Optional<Boolean> disabled = fields.findText("state").map(UserOperations::isDisabled);
        fields.done();
        return with(accounts -> {
            Account account = await(accounts.find(name))
                    .orElseThrow(() -> new PatchbayException(ErrorCode.NOT_FOUND, "There is no user '" + name + "'."));
            return value(
                    await(accounts.change(name, role.orElse(account.role()), disabled.orElse(account.disabled()))));
        });
    }

    private Value delete(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        fields.done();
        return with(accounts -> {
            await(accounts.delete(name));
            return Value.Struct.EMPTY;
        });
    }

    private Value with(Function<Accounts, Value> work) {
        return services.with(Accounts.class, "user accounts", work);
    }

    private static Role role(String text) {
        for (Role role : Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(text)) {
                return role;
            }
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "A role is admin or user, not '" + text + "'.");
    }

    private static boolean isDisabled(String state) {
        if (state.equals("enabled") || state.equals("disabled")) {
            return state.equals("disabled");
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST, "A user's state is enabled or disabled, not '" + state + "'.");
    }

    private static Value value(Account account) {
        return Value.struct(
                "id", Value.of(account.id()),
                "name", Value.of(account.name()),
                "role", Value.of(account.role().name().toLowerCase(Locale.ROOT)),
                "state", Value.of(account.disabled() ? "disabled" : "enabled"));
    }
}
