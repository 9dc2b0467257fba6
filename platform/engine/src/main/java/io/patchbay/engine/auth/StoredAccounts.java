package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Role;
import io.patchbay.api.crypto.Secrets;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.Operation;
import io.patchbay.engine.auth.AccountDocuments.Admins;
import io.patchbay.engine.collections.SystemDocuments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Accounts in the document store. What ends an account's logins is decided by the transaction that changes it (a new generation); closing their connections follows at once.
 */
@Component(service = Accounts.class)
public final class StoredAccounts implements Accounts {
    static final int RETRIES = 5;

    private final AccountDocuments documents;
    private final LoginMethods methods;
    private final Families families;
    private final FirstAdminCode firstAdminCode;
    private final Clock clock;

    @Activate
    public StoredAccounts(
            @Reference SystemDocuments documents,
            @Reference LoginMethods methods,
            @Reference Families families,
            @Reference Secrets secrets) {
        this(documents, methods, families, secrets, Clock.systemUTC());
    }

    StoredAccounts(SystemDocuments documents, LoginMethods methods, Families families, Secrets secrets, Clock clock) {
        this.documents = new AccountDocuments(documents);
        this.methods = methods;
        this.families = families;
        this.firstAdminCode = new FirstAdminCode(secrets);
        this.clock = clock;
    }

    @Override
    public CompletionStage<List<Account>> list() {
        return documents
                .list()
                .thenApply(
                        records -> records.stream().map(AccountRecord::account).toList());
    }

    @Override
    public CompletionStage<Optional<Account>> find(String name) {
        return documents.findByName(name).thenApply(found -> found.map(AccountRecord::account));
    }

    @Override
    public CompletionStage<Optional<Account>> findById(String id) {
        return documents.find(id).thenApply(found -> found.map(AccountRecord::account));
    }

    @Override
    public CompletionStage<Account> create(String name, Role role, String method, String secret) {
        return guarded(() -> {
            AccountName.require(name);
            requireOtherThanName(name, secret);
            return documents
                    .findByName(name)
                    .thenCompose(existing -> existing.isPresent() ? taken(name) : methods.enrol(method, secret))
                    .thenCompose(credential -> add(name, role, Map.of(method, credential), false, RETRIES));
        });
    }

    @Override
    public CompletionStage<Account> changeSecret(String name, String method, String secret) {
        return guarded(() -> {
            requireOtherThanName(name, secret);
            return require(name)
                    .thenCompose(existing -> {
                        requireKeptHere(existing.account(), method);
                        return methods.enrol(method, secret);
                    })
                    .thenCompose(credential -> change(name, RETRIES, record -> {
                        Map<String, String> credentials =
                                new LinkedHashMap<>(record.account().credentials());
                        credentials.put(method, credential);
                        return record.changed(
                                record.account().role(), record.account().disabled(), credentials);
                    }));
        });
    }

    @Override
    public CompletionStage<Account> change(String name, Role role, boolean disabled) {
        return change(
                name,
                RETRIES,
                record -> record.changed(role, disabled, record.account().credentials()));
    }

    @Override
    public CompletionStage<Void> delete(String name) {
        return delete(name, RETRIES);
    }

    @Override
    public CompletionStage<Optional<String>> firstAdminCode() {
        return documents.admins().thenApply(admins -> {
            if (admins.ids().isEmpty()) {
                return Optional.of(firstAdminCode.get());
            }
            firstAdminCode.spend();
            return Optional.empty();
        });
    }

    @Override
    public CompletionStage<Account> createFirstAdmin(String code, String name, String method, String secret) {
        return documents.admins().thenCompose(admins -> {
            if (!admins.ids().isEmpty() || !firstAdminCode.matches(code)) {
                return firstAdminRefused();
            }
            return guarded(() -> {
                AccountName.require(name);
                requireOtherThanName(name, secret);
                return methods.enrol(method, secret)
                        .thenCompose(credential -> add(name, Role.ADMIN, Map.of(method, credential), true, RETRIES));
            });
        });
    }

    private CompletionStage<Account> add(
            String name, Role role, Map<String, String> credentials, boolean mustBeFirst, int retries) {
        Account account = new Account(DocumentIds.next(clock.millis()), name, role, false, credentials);
        return documents.admins().thenCompose(admins -> {
            if (mustBeFirst && !admins.ids().isEmpty()) {
                return firstAdminRefused();
            }
            List<Operation> operations = new ArrayList<>(AccountDocuments.create(new AccountRecord(account, 0, 0)));
            if (role == Role.ADMIN) {
                operations.add(admins.update(admins.with(account.id())));
            }
            return onConflict(
                            documents.commit(operations).thenApply(done -> account),
                            retries,
                            () -> documents
                                    .findByName(name)
                                    .thenCompose(existing -> existing.isPresent()
                                            ? taken(name)
                                            : add(name, role, credentials, mustBeFirst, retries - 1)))
                    .thenApply(done -> {
                        if (role == Role.ADMIN) {
                            firstAdminCode.spend();
                        }
                        return done;
                    });
        });
    }

    private CompletionStage<Account> change(String name, int retries, Function<AccountRecord, AccountRecord> how) {
        return require(name)
                .thenCompose(record -> documents.admins().thenCompose(admins -> {
                    AccountRecord changed = how.apply(record);
                    List<Operation> operations = new ArrayList<>(List.of(AccountDocuments.update(changed)));
                    if (changed.isActiveAdmin() != record.isActiveAdmin()) {
                        operations.add(admins.update(
                                changed.isActiveAdmin()
                                        ? admins.with(record.account().id())
                                        : requireAdminLeft(admins, record)));
                    }
                    return onConflict(
                            documents
                                    .commit(operations)
                                    .thenCompose(done ->
                                            families.endAll(record.account().id()))
                                    .thenApply(ended -> changed.account()),
                            retries,
                            () -> change(name, retries - 1, how));
                }));
    }

    private CompletionStage<Void> delete(String name, int retries) {
        return require(name)
                .thenCompose(record -> documents.admins().thenCompose(admins -> {
                    List<Operation> operations = new ArrayList<>(AccountDocuments.delete(record));
                    if (record.isActiveAdmin()) {
                        operations.add(admins.update(requireAdminLeft(admins, record)));
                    }
                    return onConflict(
                            documents
                                    .commit(operations)
                                    .thenCompose(done ->
                                            families.endAll(record.account().id())),
                            retries,
                            () -> delete(name, retries - 1));
                }));
    }

    private CompletionStage<AccountRecord> require(String name) {
        return documents
                .findByName(name)
                .thenApply(found -> found.orElseThrow(
                        () -> new PatchbayException(ErrorCode.NOT_FOUND, "There is no user '" + name + "'.")));
    }

    private static Set<String> requireAdminLeft(Admins admins, AccountRecord record) {
        Set<String> left = admins.without(record.account().id());
        if (left.isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "'" + record.account().name() + "' is the last admin; make another user an admin first.");
        }
        return left;
    }

    /** Another secret beside the one that is kept elsewhere would be a second way in, which nobody asked for. */
    private static void requireKeptHere(Account account, String method) {
        if (!account.vouchers().isEmpty() && !account.credentials().containsKey(method)) {
            String voucher = account.vouchers().get(0);
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The password of '" + account.name() + "' is not kept here: this user logs in by '" + voucher
                            + "'; change it where that keeps it.");
        }
    }

    private static void requireOtherThanName(String name, String secret) {
        if (secret.equalsIgnoreCase(name)) {
            throw new PatchbayException(ErrorCode.VALUE_INVALID, "A user's secret must not be the user's name.");
        }
    }

    /** Somebody else changed what this transaction depends on: decide anew. */
    private static <T> CompletionStage<T> onConflict(
            CompletionStage<T> attempt, int retries, Supplier<CompletionStage<T>> again) {
        return attempt.exceptionallyCompose(failure -> {
            if (!Failures.is(failure, ErrorCode.REVISION_CONFLICT)) {
                throw new CompletionException(Failures.of(failure));
            }
            return retries > 0
                    ? again.get()
                    : Failures.failed(
                            ErrorCode.RETRIES_EXHAUSTED,
                            "The user is being changed by others at the same time; try again.");
        });
    }

    private static <T> CompletionStage<T> taken(String name) {
        return Failures.failed(ErrorCode.ALREADY_EXISTS, "There is a user '" + name + "' already.");
    }

    private static <T> CompletionStage<T> firstAdminRefused() {
        return Failures.failed(
                ErrorCode.FORBIDDEN,
                "This link is not, or no longer, good: an admin exists already, or the code is another one.");
    }

    /** A refusal that is thrown becomes a stage that failed. */
    private static <T> CompletionStage<T> guarded(Supplier<CompletionStage<T>> work) {
        try {
            return work.get();
        } catch (PatchbayException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
