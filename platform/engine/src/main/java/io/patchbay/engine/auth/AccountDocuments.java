package io.patchbay.engine.auth;

import io.patchbay.api.Limits;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The documents behind the accounts. Beside one per account there is one per name, {@code name:ann}, whose creation is what keeps names unique, and one, {@code admins}, that lists who can
 * administer: every transaction that changes the list states its revision, so two of them can't remove the last two admins at once.
 */
final class AccountDocuments {
    private static final String USERS = SystemCollection.USERS.label();
    private static final String ADMINS = "admins";
    private static final String IDS = "ids";
    private static final String ACCOUNT = "account";

    private final SystemDocuments documents;

    AccountDocuments(SystemDocuments documents) {
        this.documents = documents;
    }

    CompletionStage<Optional<AccountRecord>> find(String id) {
        return documents.find(SystemCollection.USERS, id).thenApply(found -> found.flatMap(AccountRecord::of));
    }

    CompletionStage<Optional<AccountRecord>> findByName(String name) {
        if (!AccountName.isValid(name)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return documents
                .find(SystemCollection.USERS, nameId(name))
                .thenCompose(found -> found.flatMap(document -> document.data().findText(ACCOUNT))
                        .map(this::find)
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    /** All, by name. */
    CompletionStage<List<AccountRecord>> list() {
        return list(Optional.empty(), new ArrayList<>());
    }

    private CompletionStage<List<AccountRecord>> list(Optional<String> cursor, List<AccountRecord> before) {
        ListRequest request =
                new ListRequest(USERS, Optional.empty(), List.of(SortField.parse("name")), Limits.LIST_MAX, cursor);
        return documents.list(request).thenCompose(page -> {
            page.items().forEach(document -> AccountRecord.of(document).ifPresent(before::add));
            return page.next().isPresent()
                    ? list(page.next(), before)
                    : CompletableFuture.completedFuture(List.copyOf(before));
        });
    }

    CompletionStage<Admins> admins() {
        return documents
                .find(SystemCollection.USERS, ADMINS)
                .thenApply(found -> found.map(Admins::of).orElseGet(Admins::none));
    }

    CompletionStage<TransactionResult> commit(List<Operation> operations) {
        return documents.commit(new TransactionRequest(operations, Optional.empty()));
    }

    static List<Operation> create(AccountRecord fresh) {
        String id = fresh.account().id();
        return List.of(
                new Operation.Put(USERS, Optional.of(id), fresh.data(), Precondition.ABSENT),
                new Operation.Put(
                        USERS,
                        Optional.of(nameId(fresh.account().name())),
                        Value.struct(ACCOUNT, Value.of(id)),
                        Precondition.ABSENT));
    }

    static Operation update(AccountRecord changed) {
        return new Operation.Put(
                USERS,
                Optional.of(changed.account().id()),
                changed.data(),
                new Precondition.AtRevision(changed.revision()));
    }

    static List<Operation> delete(AccountRecord record) {
        return List.of(
                new Operation.Delete(USERS, record.account().id(), new Precondition.AtRevision(record.revision())),
                new Operation.Delete(USERS, nameId(record.account().name()), Precondition.ANY));
    }

    /** A transaction with it fails if the account has changed since it was read. */
    static Operation check(AccountRecord record) {
        return new Operation.Check(USERS, record.account().id(), new Precondition.AtRevision(record.revision()));
    }

    private static String nameId(String name) {
        return "name:" + name;
    }

    /** Who can administer: accounts with the role that are not disabled. */
    record Admins(Set<String> ids, Optional<Long> revision) {
        static Admins none() {
            return new Admins(Set.of(), Optional.empty());
        }

        static Admins of(Document document) {
            Set<String> ids = new LinkedHashSet<>();
            if (document.data().fields().get(IDS) instanceof Value.Array kept) {
                kept.items().forEach(id -> ids.add(((Value.Text) id).value()));
            }
            return new Admins(ids, Optional.of(document.revision()));
        }

        Set<String> with(String id) {
            Set<String> more = new LinkedHashSet<>(ids);
            more.add(id);
            return more;
        }

        Set<String> without(String id) {
            Set<String> fewer = new LinkedHashSet<>(ids);
            fewer.remove(id);
            return fewer;
        }

        /** Writes the list, if it is still as it was read. */
        Operation update(Set<String> changed) {
            Precondition unmoved =
                    revision.<Precondition>map(Precondition.AtRevision::new).orElse(Precondition.ABSENT);
            return new Operation.Put(
                    USERS, Optional.of(ADMINS), Value.struct(IDS, Value.texts(List.copyOf(changed))), unmoved);
        }
    }
}
