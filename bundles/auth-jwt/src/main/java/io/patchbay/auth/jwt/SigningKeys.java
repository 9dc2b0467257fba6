package io.patchbay.auth.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * The node's signing keys, a file {@code jwt-<id>.json} each. The newest signs; at 30 days it gets a successor, and stays until the last token that it signed has expired. Any thread.
 *
 * <p>The files are the truth: during an update two versions of this bundle work on them, so an unknown id is looked for on disk before it is refused.
 */
final class SigningKeys {
    static final Duration ROTATION = Duration.ofDays(30);
    /** The longest life of a token. */
    static final Duration TOKEN_LIFETIME_MAX = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final int FILE_BYTES_MAX = 16 * 1024;
    /** An RFC 7638 thumbprint by SHA-256; so an id from a token can't lead out of the folder. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{43}");

    private static final Comparator<SigningKey> BY_AGE =
            Comparator.comparing(SigningKey::madeAt).thenComparing(SigningKey::id);

    private final Path folder;
    private final Clock clock;
    // Guarded by this.
    private final Map<String, SigningKey> byId = new HashMap<>();

    SigningKeys(Path folder, Clock clock) {
        this.folder = folder;
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
            Path file = file(id);
            if (Files.isRegularFile(file)) {
                read(file);
                known = byId.get(id);
            }
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
            Files.deleteIfExists(file(key.id()));
        } catch (IOException e) {
            LOG.warn("The expired signing key {} can't be deleted: {}", file(key.id()), e.toString());
        }
    }

    private void load() {
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "jwt-*.json")) {
                files.forEach(this::read);
            }
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private void read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException("it is too large");
            }
            SigningKey key = SigningKey.parse(Files.readString(file));
            if (!file.equals(file(key.id()))) {
                throw new IllegalArgumentException("its name does not fit its id");
            }
            byId.put(key.id(), key);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} is no signing key and is left alone: {}", file, e.getMessage());
        }
    }

    private void write(SigningKey key) {
        try {
            SecretFile.write(file(key.id()), key.secretJson());
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private Path file(String id) {
        return folder.resolve("jwt-" + id + ".json");
    }

    private PatchbayException unavailable(IOException e) {
        return new PatchbayException(
                ErrorCode.UNAVAILABLE, "The folder of the signing keys, " + folder + ", can't be used.", e);
    }
}
