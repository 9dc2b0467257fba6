package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The data keys of a home, by number; the last seals. As text each is wrapped: encrypted under a key that is derived from the master key. Immutable.
 *
 * <pre>
 * format 1
 * master 0123456789abcdef
 * salt BASE64
 * key 1 2026-01-31T12:00:00Z BASE64
 * </pre>
 */
final class Keyring {
    private static final String FORMAT = "1";
    private static final int SALT_BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SortedMap<Integer, DataKey> keys;

    /** @param bytes 32 of them, at random */
    record DataKey(int number, Instant madeAt, byte[] bytes) {}

    private Keyring(SortedMap<Integer, DataKey> keys) {
        this.keys = keys;
    }

    /** With a first key. */
    static Keyring create(Instant now) {
        return new Keyring(new TreeMap<>()).withNewKey(now);
    }

    Keyring withNewKey(Instant now) {
        SortedMap<Integer, DataKey> more = new TreeMap<>(keys);
        int number = keys.isEmpty() ? 1 : keys.lastKey() + 1;
        more.put(number, new DataKey(number, now, random(Aead.KEY_BYTES)));
        return new Keyring(more);
    }

    /** With the newest, and of the others those of {@code needed}. */
    Keyring withNeeded(Set<Integer> needed) {
        SortedMap<Integer, DataKey> left = new TreeMap<>(keys);
        left.keySet().removeIf(number -> number < keys.lastKey() && !needed.contains(number));
        return new Keyring(left);
    }

    DataKey primary() {
        return keys.get(keys.lastKey());
    }

    Optional<DataKey> find(int number) {
        return Optional.ofNullable(keys.get(number));
    }

    int size() {
        return keys.size();
    }

    /** What tells master keys apart and nothing of them: 16 hexadecimal digits. The launcher reckons the same. */
    static String masterId(byte[] master) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("patchbay master key id".getBytes(UTF_8));
            return HexFormat.of().formatHex(digest.digest(master), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String wrap(byte[] master) {
        byte[] salt = random(SALT_BYTES);
        StringBuilder text = new StringBuilder(
                        "# The keys that seal this home's data, wrapped by its master key: without that key nothing that is sealed can be read.\n")
                .append("format ")
                .append(FORMAT)
                .append("\nmaster ")
                .append(masterId(master))
                .append("\nsalt ")
                .append(base64(salt))
                .append('\n');
        byte[] wrapping = wrappingKey(master, salt);
        for (DataKey key : keys.values()) {
            byte[] nonce = random(Aead.NONCE_BYTES);
            byte[] sealed = Aead.seal(wrapping, nonce, context(key.number(), key.madeAt()), key.bytes());
            text.append("key ")
                    .append(key.number())
                    .append(' ')
                    .append(key.madeAt())
                    .append(' ')
                    .append(base64(join(nonce, sealed)))
                    .append('\n');
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException with a clause on what is wrong: not of this format, of another master key, or changed */
    static Keyring unwrap(String text, byte[] master) {
        SortedMap<Integer, DataKey> keys = new TreeMap<>();
        byte[] wrapping = new byte[0];
        for (String line : text.lines().filter(line -> !line.startsWith("#")).toList()) {
            String[] words = line.split(" ");
            switch (words[0] + words.length) {
                case "format2" -> require(words[1].equals(FORMAT), "is of a newer format");
                case "master2" ->
                    require(
                            words[1].equals(masterId(master)),
                            "was wrapped by the master key " + words[1] + ", and this one is " + masterId(master));
                case "salt2" -> wrapping = wrappingKey(master, bytes(words[1]));
                case "key4" -> {
                    DataKey key = unwrap(words, wrapping);
                    keys.put(key.number(), key);
                }
                default -> throw new IllegalArgumentException("has a line that is none of a keyring");
            }
        }
        require(!keys.isEmpty(), "has no key");
        return new Keyring(keys);
    }

    private static DataKey unwrap(String[] words, byte[] wrapping) {
        require(wrapping.length > 0, "has a key before its salt");
        try {
            int number = Integer.parseInt(words[1]);
            Instant madeAt = Instant.parse(words[2]);
            byte[] wrapped = bytes(words[3]);
            require(wrapped.length > Aead.NONCE_BYTES, "has a key that is cut off");
            byte[] nonce = Arrays.copyOf(wrapped, Aead.NONCE_BYTES);
            byte[] sealed = Arrays.copyOfRange(wrapped, Aead.NONCE_BYTES, wrapped.length);
            return Aead.open(wrapping, nonce, context(number, madeAt), sealed)
                    .map(key -> new DataKey(number, madeAt, key))
                    .orElseThrow(
                            () -> new IllegalArgumentException("was changed: its key " + number + " does not open"));
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException("has a line that is none of a keyring", e);
        }
    }

    private static byte[] context(int number, Instant madeAt) {
        return ("patchbay data key " + number + ' ' + madeAt).getBytes(UTF_8);
    }

    private static byte[] wrappingKey(byte[] master, byte[] salt) {
        return Hkdf.derive(master, salt, "patchbay data keys".getBytes(UTF_8), Aead.KEY_BYTES);
    }

    private static void require(boolean right, String clause) {
        if (!right) {
            throw new IllegalArgumentException(clause);
        }
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static byte[] join(byte[] first, byte[] then) {
        byte[] joined = Arrays.copyOf(first, first.length + then.length);
        System.arraycopy(then, 0, joined, first.length, then.length);
        return joined;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }
}
