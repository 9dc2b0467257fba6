package io.patchbay.auth.password;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * An Argon2id hash, written as a PHC string: {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}, salt and hash in Base64 without padding. Computing one takes its cost on the
 * calling thread.
 */
record Argon2Hash(HashCost cost, byte[] salt, byte[] hash) {
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LEAST_SALT_BYTES = 8;
    private static final int LEAST_HASH_BYTES = 16;
    private static final int MOST_BYTES = 64;
    private static final int VERSION = Argon2Parameters.ARGON2_VERSION_13;
    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=(\\d{1,9})\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})\\$([A-Za-z0-9+/]{1,88})\\$([A-Za-z0-9+/]{1,88})");

    static Argon2Hash compute(byte[] password, HashCost cost, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new Argon2Hash(cost, salt, compute(password, cost, salt, HASH_BYTES));
    }

    /** @throws IllegalArgumentException if it is no PHC string of Argon2id that this node would compute */
    static Argon2Hash parse(String text) {
        Matcher parts = PHC.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(1)) != VERSION) {
            throw new IllegalArgumentException("not a PHC string of Argon2id, version " + VERSION);
        }
        HashCost cost = new HashCost(
                Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)), Integer.parseInt(parts.group(4)));
        return new Argon2Hash(cost, bytes(parts.group(5), LEAST_SALT_BYTES), bytes(parts.group(6), LEAST_HASH_BYTES));
    }

    /** Whether {@code password} is the one; the time does not tell how near it came. */
    boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, compute(password, cost, salt, hash.length));
    }

    /** The PHC string. */
    String text() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=" + VERSION + "$m=" + cost.memoryKib() + ",t=" + cost.iterations() + ",p="
                + cost.parallelism() + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    @Override
    public String toString() {
        return "Argon2id hash with " + cost;
    }

    private static byte[] bytes(String base64, int least) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length < least || bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("a salt or hash of " + bytes.length + " bytes");
        }
        return bytes;
    }

    private static byte[] compute(byte[] password, HashCost cost, byte[] salt, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(VERSION)
                .withMemoryAsKB(cost.memoryKib())
                .withIterations(cost.iterations())
                .withParallelism(cost.parallelism())
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }
}
