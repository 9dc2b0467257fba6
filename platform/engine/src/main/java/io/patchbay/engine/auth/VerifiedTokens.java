package io.patchbay.engine.auth;

import io.patchbay.api.auth.Identity;
import io.patchbay.engine.collections.SystemChange;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access tokens that were verified, so that the next request needs no signature check: by hash, until they expire or are revoked. It hears of revocations from whoever makes them, and from the
 * collections' changes, which tell of those too that come with a restore.
 *
 * <p>Any thread. Revoking while a verification is under way: every revocation moves the stamp, and what was verified under an older stamp is not remembered.
 */
@Component(service = VerifiedTokens.class)
public final class VerifiedTokens {
    static final int MOST = 10_000;
    /** How many go at once when it is full of tokens that still work. */
    private static final int EVICTED_AT_ONCE = MOST / 16;

    private static final Logger LOG = LoggerFactory.getLogger("auth");

    private final Map<String, Identity> byHash = new ConcurrentHashMap<>();
    private final AtomicLong stamp = new AtomicLong();
    private final Clock clock;
    private final AutoCloseable users;
    private final AutoCloseable tokens;

    @Activate
    public VerifiedTokens(@Reference SystemDocuments documents) {
        this(documents, Clock.systemUTC());
    }

    VerifiedTokens(SystemDocuments documents, Clock clock) {
        this.clock = clock;
        this.users = documents.watch(SystemCollection.USERS, this::onUserChange);
        this.tokens = documents.watch(SystemCollection.TOKENS, this::onTokenChange);
    }

    @Deactivate
    public void close() throws Exception {
        users.close();
        tokens.close();
    }

    /** Take it before verifying. */
    long stamp() {
        return stamp.get();
    }

    /** Whose token it is, if it was verified before; expired ones are found too. */
    Optional<Identity> find(String token) {
        return Optional.ofNullable(byHash.get(hash(token)));
    }

    void remember(String token, Identity identity, long takenBefore) {
        if (byHash.size() >= MOST) {
            makeRoom();
        }
        String hash = hash(token);
        byHash.put(hash, identity);
        if (stamp.get() != takenBefore) {
            byHash.remove(hash);
        }
    }

    void forget(String token) {
        byHash.remove(hash(token));
    }

    void forgetFamily(String family) {
        forgetAll(identity -> identity.family().filter(family::equals).isPresent());
    }

    void forgetAccount(String account) {
        forgetAll(identity -> identity.id().equals(account));
    }

    int size() {
        return byHash.size();
    }

    private void forgetAll(Predicate<Identity> revoked) {
        stamp.incrementAndGet();
        byHash.values().removeIf(revoked);
    }

    private void onUserChange(SystemChange change) {
        if (change instanceof SystemChange.Changed changed) {
            forgetAccount(changed.id());
        } else {
            LOG.debug("Changes of the users were missed; all verified tokens are forgotten.");
            forgetAll(identity -> true);
        }
    }

    private void onTokenChange(SystemChange change) {
        if (!(change instanceof SystemChange.Changed changed)) {
            forgetAll(identity -> true);
        } else if (changed.document().isEmpty()) {
            forgetFamily(changed.id());
        }
    }

    private void makeRoom() {
        Instant now = clock.instant();
        byHash.values()
                .removeIf(identity ->
                        identity.expiresAt().filter(end -> !now.isBefore(end)).isPresent());
        if (byHash.size() < MOST) {
            return;
        }
        Iterator<Identity> any = byHash.values().iterator();
        for (int i = 0; i < EVICTED_AT_ONCE && any.hasNext(); i++) {
            any.next();
            any.remove();
        }
    }

    private static String hash(String token) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return new String(sha256.digest(token.getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
