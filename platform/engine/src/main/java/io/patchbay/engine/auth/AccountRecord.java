package io.patchbay.engine.auth;

import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Value;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An account as its document keeps it.
 *
 * @param generation counts the changes that end all logins; a login of another generation is none any more
 * @param revision of the document; 0 before it is written
 */
record AccountRecord(Account account, long generation, long revision) {
    private static final String NAME = "name";
    private static final String ROLE = "role";
    private static final String DISABLED = "disabled";
    private static final String CREDENTIALS = "credentials";
    private static final String GENERATION = "generation";

    /** Empty for the other documents of the collection, which are no accounts. */
    static Optional<AccountRecord> of(Document document) {
        Value.Struct data = document.data();
        Optional<String> name = data.findText(NAME);
        Optional<String> role = data.findText(ROLE);
        if (name.isEmpty() || role.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> credentials = new LinkedHashMap<>();
        if (data.fields().get(CREDENTIALS) instanceof Value.Struct kept) {
            kept.fields()
                    .keySet()
                    .forEach(method -> kept.findText(method).ifPresent(text -> credentials.put(method, text)));
        }
        Account account = new Account(
                document.id(),
                name.get(),
                Role.valueOf(role.get().toUpperCase(Locale.ROOT)),
                Value.TRUE.equals(data.fields().get(DISABLED)),
                credentials);
        return Optional.of(new AccountRecord(account, data.findInt(GENERATION).orElse(0L), document.revision()));
    }

    Value.Struct data() {
        Map<String, Value> credentials = new LinkedHashMap<>();
        account.credentials().forEach((method, text) -> credentials.put(method, Value.of(text)));
        return Value.struct(
                NAME, Value.of(account.name()),
                ROLE, Value.of(account.role().name().toLowerCase(Locale.ROOT)),
                DISABLED, Value.of(account.disabled()),
                CREDENTIALS, new Value.Struct(credentials),
                GENERATION, Value.of(generation));
    }

    /** The same account with something changed: all its logins end. */
    AccountRecord changed(Role role, boolean disabled, Map<String, String> credentials) {
        return new AccountRecord(
                new Account(account.id(), account.name(), role, disabled, credentials), generation + 1, revision);
    }

    boolean isActiveAdmin() {
        return account.role() == Role.ADMIN && !account.disabled();
    }

    @Override
    public String toString() {
        return account.toString();
    }
}
