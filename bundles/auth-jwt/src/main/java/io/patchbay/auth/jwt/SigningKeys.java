package io.patchbay.auth.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Secrets;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's signing keys, a secret {@code jwt-<id>} each. The newest signs; at 30 days it gets a successor, and stays until the last token that it signed has expired. Any thread.
 *
 * <p>The secrets are the truth: during an update two versions of this bundle work on them, so an unknown id is looked for there before it is refused.
 */
final class SigningKeys {
    static final Duration ROTATION = Duration.ofDays(30);
    /** The longest life of a token. */
    static final Duration TOKEN_LIFETIME_MAX = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final String PREFIX = "jwt-";
    /** An RFC 7638 thumbprint by SHA-256; so an id from a token is no other secret's name. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{43}");

    private static final Comparator<SigningKey> BY_AGE =
            Comparator.comparing(SigningKey::madeAt).thenComparing(SigningKey::id);

    private final Secrets secrets;
    private final Clock clock;
    // Guarded by this.
    private final Map<String, SigningKey> byId = new HashMap<>();

    SigningKeys(Secrets secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
        load();
    }

    /** The key that signs now; made, or made anew, when it is time. */
    synchronized SigningKey current() {
        dropExpired();
        Optional<SigningKey> newest =
                byId.values().stream().filter(SigningKey::signs).max(BY_AGE);
        if (newest.isPresent() && clock.instant().isBefore(newest.get().madeAt().plus(ROTATION))) {
            return newest.get();
        }
        SigningKey key = SigningKey.generate(clock.instant());
        write(key);
        byId.put(key.id(), key);
        LOG.info("Access tokens are signed with a new key, {}.", key.id());
        return key;
    }

    synchronized Optional<SigningKey> find(String id) {
        SigningKey known = byId.get(id);
        if (known == null && ID.matcher(id).matches()) {
            read(PREFIX + id);
            known = byId.get(id);
        }
        return Optional.ofNullable(known);
    }

    /** All that verify, newest first. */
    synchronized JWKSet publicKeys() {
        current();
        return new JWKSet(byId.values().stream()
                .sorted(BY_AGE.reversed())
                .map(key -> (com.nimbusds.jose.jwk.JWK) key.publicJwk())
                .toList());
    }

    synchronized int count() {
        return byId.size();
    }

    private void dropExpired() {
        List<SigningKey> keys = new ArrayList<>(byId.values());
        keys.sort(BY_AGE);
        for (int i = 0; i + 1 < keys.size(); i++) {
            Instant retiredAt = keys.get(i + 1).madeAt();
            if (clock.instant().isAfter(retiredAt.plus(TOKEN_LIFETIME_MAX))) {
                drop(keys.get(i));
            }
        }
    }

    private void drop(SigningKey key) {
        byId.remove(key.id());
        try {
            secrets.delete(PREFIX + key.id());
        } catch (PatchbayException e) {
            LOG.warn("The expired signing key {} can't be deleted: {}", key.id(), e.getMessage());
        }
    }

    private void load() {
        secrets.names(PREFIX).forEach(this::read);
    }

    private void read(String name) {
        try {
            Optional<byte[]> secret = secrets.find(name);
            if (secret.isPresent()) {
                SigningKey key = SigningKey.parse(new String(secret.get(), StandardCharsets.UTF_8));
                if (!name.equals(PREFIX + key.id())) {
                    throw new IllegalArgumentException("its name does not fit its id");
                }
                byId.put(key.id(), key);
            }
        } catch (PatchbayException | IllegalArgumentException e) {
            LOG.warn("The secret {} is no signing key and is left alone: {}", name, e.getMessage());
        }
    }

    private void write(SigningKey key) {
        secrets.put(PREFIX + key.id(), key.secretJson().getBytes(StandardCharsets.UTF_8));
    }
}
