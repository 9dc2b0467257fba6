package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.crypto.Secrets;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import io.patchbay.engine.connection.LoginConnections;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token families: one per login. A refresh token works once and is traded for its child; within 30 s, and as long as the child was not used, its parent gets the same child again, as the
 * first answer may have been lost. Any other token that was spent is in wrong hands, or the child is: the family ends and its connections close.
 *
 * <p>Any thread, no call waits.
 */
@Component(service = Families.class, configurationPid = AuthConfig.PID)
public final class Families {
    static final Duration GRACE = Duration.ofSeconds(30);
    static final Duration TRIM_INTERVAL = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger("auth");
    private static final String TOKENS = SystemCollection.TOKENS.label();
    private static final String SERVER_KEY = "refresh-key";
    private static final int KEY_BYTES = 32;
    private static final int RETRIES = 5;

    private final SystemDocuments documents;
    private final AccountDocuments accounts;
    private final LoginConnections connections;
    private final VerifiedTokens verified;
    private final Secrets secrets;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<Instant> trimmedAt = new AtomicReference<>(Instant.EPOCH);
    private volatile Duration lifetime;
    // Read, or made, at the first refresh. Guarded by this.
    private byte @Nullable [] serverKey;

    @Activate
    public Families(
            @Reference SystemDocuments documents,
            @Reference LoginConnections connections,
            @Reference VerifiedTokens verified,
            @Reference Secrets secrets,
            AuthConfig config) {
        this(
                documents,
                connections,
                verified,
                secrets,
                Duration.ofMillis(config.refreshTokenLifetimeMs()),
                Clock.systemUTC());
    }

    Families(
            SystemDocuments documents,
            LoginConnections connections,
            VerifiedTokens verified,
            Secrets secrets,
            Duration lifetime,
            Clock clock) {
        this.documents = documents;
        this.accounts = new AccountDocuments(documents);
        this.connections = connections;
        this.verified = verified;
        this.secrets = secrets;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    @Modified
    public void configure(AuthConfig config) {
        lifetime = Duration.ofMillis(config.refreshTokenLifetimeMs());
    }

    /** What a login or a refresh leads to. */
    record Member(AccountRecord account, Family family, RefreshToken token) {}

    /** Starts a family; REVISION_CONFLICT if the account has changed since it was read. */
    CompletionStage<Member> open(AccountRecord account) {
        trimNowAndThen();
        Instant now = now();
        RefreshToken token = RefreshToken.random(random);
        Family family = new Family(
                token.family(),
                account.account().id(),
                account.generation(),
                now.plus(lifetime),
                token.hash(),
                Optional.empty(),
                now,
                0);
        return commit(List.of(put(family, Precondition.ABSENT), AccountDocuments.check(account)))
                .thenApply(done -> new Member(account, family, token));
    }

    /**
     * Trades a token for its child. UNAUTHENTICATED.
     *
     * @param lasts whether the account may stay logged in; else the family ends
     */
    CompletionStage<Member> rotate(String text, Function<Account, CompletionStage<Boolean>> lasts) {
        return RefreshToken.parse(text)
                .map(token -> rotate(token, lasts, RETRIES))
                .orElseGet(Families::refused);
    }

    private CompletionStage<Member> rotate(
            RefreshToken token, Function<Account, CompletionStage<Boolean>> lasts, int retries) {
        return find(token.family()).thenCompose(found -> {
            if (found.isEmpty()) {
                return refused();
            }
            Family family = found.get();
            return accounts.find(family.account()).thenCompose(account -> {
                if (family.isOver(now()) || account.isEmpty() || !family.isOf(account.get())) {
                    return end(family.id()).thenCompose(ended -> refused());
                }
                AccountRecord record = account.get();
                return lasts.apply(record.account())
                        .thenCompose(still -> still
                                ? trade(new Member(record, family, token), lasts, retries)
                                : end(family.id()).thenCompose(ended -> refused()));
            });
        });
    }

    private CompletionStage<Member> trade(
            Member member, Function<Account, CompletionStage<Boolean>> lasts, int retries) {
        Family family = member.family();
        RefreshToken token = member.token();
        RefreshToken child = token.child(serverKey());
        if (family.isCurrent(token)) {
            Family rotated = family.rotated(child, now());
            return commit(List.of(put(rotated, new Precondition.AtRevision(family.revision()))))
                    .<Member>thenApply(done -> new Member(member.account(), rotated, child))
                    .exceptionallyCompose(failure -> {
                        // The same token twice at once: whoever comes second is the parent by now, and gets the same
                        // child.
                        if (Failures.is(failure, ErrorCode.REVISION_CONFLICT) && retries > 0) {
                            return rotate(token, lasts, retries - 1);
                        }
                        throw new CompletionException(Failures.of(failure));
                    });
        }
        boolean graceful = family.isParent(token)
                && family.isCurrent(child)
                && !now().isAfter(family.rotatedAt().plus(GRACE));
        if (graceful) {
            return CompletableFuture.completedFuture(new Member(member.account(), family, child));
        }
        LOG.warn(
                "A refresh token of {} was used again; the login it belongs to has been ended.",
                member.account().account().name());
        return end(family.id()).thenCompose(ended -> refused());
    }

    /** Ends the family of this token, whether the token still works or not; nothing happens if there is none. */
    CompletionStage<Void> endOf(String text) {
        return RefreshToken.parse(text)
                .map(token -> end(token.family()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    CompletionStage<Void> end(String family) {
        return commit(List.of(delete(family))).thenRun(() -> hangUp(family));
    }

    /** Ends all of an account that has changed or is gone. The change itself has ended them already; here their connections close and their documents go. */
    CompletionStage<Void> endAll(String account) {
        verified.forgetAccount(account);
        ListRequest request = new ListRequest(
                TOKENS,
                Optional.of(Family.ACCOUNT + " == \"" + account + "\""),
                List.of(),
                Limits.LIST_MAX,
                Optional.empty());
        return documents.list(request).thenCompose(page -> {
            List<String> ids = page.items().stream().map(Document::id).toList();
            if (ids.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            ids.forEach(this::hangUp);
            return commit(ids.stream().map(Families::delete).toList())
                    .thenCompose(done ->
                            page.next().isPresent() ? endAll(account) : CompletableFuture.completedFuture(null));
        });
    }

    /** Whether the login lasts and its account is what it was. */
    CompletionStage<Boolean> isActive(String family, String account) {
        return find(family).thenCompose(found -> {
            if (found.isEmpty()
                    || found.get().isOver(now())
                    || !found.get().account().equals(account)) {
                return CompletableFuture.completedFuture(false);
            }
            return accounts.find(account)
                    .thenApply(record -> record.isPresent() && found.get().isOf(record.get()));
        });
    }

    /** A ticket of this family that ends then. */
    String ticket(String family, Instant expiresAt) {
        return new StreamTicket(family, expiresAt).text(serverKey());
    }

    /** Whose ticket it is. UNAUTHENTICATED, TOKEN_EXPIRED. */
    CompletionStage<Identity> verifyTicket(String text) {
        Optional<StreamTicket> ticket = StreamTicket.parse(text, serverKey());
        if (ticket.isEmpty()) {
            return ticketRefused();
        }
        Instant expiresAt = ticket.get().expiresAt();
        if (!now().isBefore(expiresAt)) {
            return Failures.failed(
                    ErrorCode.TOKEN_EXPIRED, "The ticket has expired; get another with an access token.");
        }
        return find(ticket.get().family()).thenCompose(found -> {
            if (found.isEmpty() || found.get().isOver(now())) {
                return ticketRefused();
            }
            Family family = found.get();
            return accounts.find(family.account())
                    .thenCompose(record -> record.filter(family::isOf)
                            .map(member -> CompletableFuture.completedFuture(identity(member, family, expiresAt)))
                            .orElseGet(() -> Families.<Identity>ticketRefused().toCompletableFuture()));
        });
    }

    private static Identity identity(AccountRecord record, Family family, Instant expiresAt) {
        Account account = record.account();
        return new Identity(
                account.id(),
                account.name(),
                Optional.of(account.role()),
                Optional.of(family.id()),
                Optional.of(expiresAt));
    }

    private static <T> CompletionStage<T> ticketRefused() {
        return Failures.failed(
                ErrorCode.UNAUTHENTICATED, "The ticket does not work, or no longer; get another with an access token.");
    }

    /** Families that are over and stand in the way of nobody are deleted when someone logs in, at most once an hour. */
    private void trimNowAndThen() {
        Instant last = trimmedAt.get();
        Instant now = now();
        if (now.isAfter(last.plus(TRIM_INTERVAL)) && trimmedAt.compareAndSet(last, now)) {
            trim().exceptionally(failure -> {
                LOG.warn(
                        "Logins that have expired could not be deleted: {}",
                        Failures.of(failure).getMessage());
                return null;
            });
        }
    }

    CompletionStage<Void> trim() {
        ListRequest oldest = new ListRequest(
                TOKENS,
                Optional.empty(),
                List.of(SortField.parse(Family.EXPIRES_AT)),
                Limits.LIST_MAX,
                Optional.empty());
        return documents.list(oldest).thenCompose(page -> {
            List<Operation> deletions = expired(page);
            if (deletions.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            boolean more =
                    deletions.size() == page.items().size() && page.next().isPresent();
            return commit(deletions).thenCompose(done -> more ? trim() : CompletableFuture.completedFuture(null));
        });
    }

    private List<Operation> expired(Page page) {
        Instant now = now();
        return page.items().stream()
                .map(Family::of)
                .filter(family -> family.isOver(now))
                .map(family -> delete(family.id()))
                .toList();
    }

    private void hangUp(String family) {
        verified.forgetFamily(family);
        connections.closeFamily(family);
    }

    private CompletionStage<Optional<Family>> find(String id) {
        return documents.find(SystemCollection.TOKENS, id).thenApply(found -> found.map(Family::of));
    }

    private CompletionStage<Void> commit(List<Operation> operations) {
        return documents
                .commit(new TransactionRequest(operations, Optional.empty()))
                .thenApply(done -> null);
    }

    private static Operation put(Family family, Precondition precondition) {
        return new Operation.Put(TOKENS, Optional.of(family.id()), family.data(), precondition);
    }

    private static Operation delete(String family) {
        return new Operation.Delete(TOKENS, family, Precondition.ANY);
    }

    /** Milliseconds are what documents keep. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private synchronized byte[] serverKey() {
        byte[] key = serverKey;
        if (key == null) {
            key = secrets.findOrPut(SERVER_KEY, this::freshKey);
            serverKey = key;
        }
        return key;
    }

    private byte[] freshKey() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return key;
    }

    private static <T> CompletionStage<T> refused() {
        return Failures.failed(
                ErrorCode.UNAUTHENTICATED, "The refresh token does not work, or no longer; log in again.");
    }
}
