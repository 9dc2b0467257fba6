package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.DocumentIds;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts whose secrets are kept outside the node: made at their first login. A name that somebody else has is never given away, or whoever can write into a method's file would be any admin of
 * the node.
 */
final class VouchedAccounts {
    private static final Logger LOG = LoggerFactory.getLogger("auth");

    private final AccountDocuments documents;
    private final Clock clock;

    VouchedAccounts(AccountDocuments documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** The id of the account that {@code method} vouches for; empty if it is not {@code method}'s to vouch for. */
    CompletionStage<Optional<String>> admit(String name, String method, int retries) {
        if (!AccountName.isValid(name)) {
            LOG.warn("The login method {} lets in a name that no account can have; it was refused.", method);
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return documents.findByName(name).thenCompose(found -> {
            if (found.isPresent()) {
                return CompletableFuture.completedFuture(ofMethod(found.get().account(), method));
            }
            Account fresh = new Account(
                    DocumentIds.next(clock.millis()), name, Role.USER, false, Map.of(method, Account.ELSEWHERE));
            return documents
                    .commit(AccountDocuments.create(new AccountRecord(fresh, 0, 0)))
                    .thenApply(done -> {
                        LOG.info("The login method {} vouches for {}, who has an account from now on.", method, name);
                        return Optional.of(fresh.id());
                    })
                    .exceptionallyCompose(failure -> {
                        // Two first logins at once: the second finds what the first made.
                        if (Failures.is(failure, ErrorCode.REVISION_CONFLICT) && retries > 0) {
                            return admit(name, method, retries - 1);
                        }
                        throw new CompletionException(Failures.of(failure));
                    });
        });
    }

    private static Optional<String> ofMethod(Account account, String method) {
        if (account.vouchers().contains(method)) {
            return Optional.of(account.id());
        }
        LOG.warn(
                "The login method {} vouches for {}, but the account of that name is not one that it made: the login was refused. Delete the account, or give the person another name.",
                method,
                account.name());
        return Optional.empty();
    }
}
