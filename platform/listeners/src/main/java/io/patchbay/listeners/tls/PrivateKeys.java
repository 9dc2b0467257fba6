package io.patchbay.listeners.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Private keys of RSA and of elliptic curves, as PKCS#8 (also encrypted), PKCS#1 and SEC 1. Failures are clauses that go on "the file ...". */
final class PrivateKeys {
    /** {@code INTEGER 0, SEQUENCE { rsaEncryption, NULL }}: what PKCS#8 puts before a key of PKCS#1. */
    private static final byte[] RSA_HEADER = {
        0x02,
        0x01,
        0x00,
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };
    /** id-ecPublicKey. */
    private static final byte[] EC_ALGORITHM = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int CURVE = 0xa0;

    private static final List<String> LABELS =
            List.of("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY");

    private PrivateKeys() {}

    static boolean isKey(Pem block) {
        return LABELS.contains(block.label());
    }

    /** @throws IllegalArgumentException with a clause that says why it is none */
    static PrivateKey read(Pem block, Optional<char[]> password) {
        if (block.headers()) {
            throw new IllegalArgumentException(
                    "holds a key that is encrypted as OpenSSL did before PKCS#8; turn it into PKCS#8 by \"openssl pkcs8 -topk8 -v2 aes256 -in OLD -out NEW\"");
        }
        return switch (block.label()) {
            case "ENCRYPTED PRIVATE KEY" -> pkcs8(decrypt(block.der(), password));
            case "RSA PRIVATE KEY" -> pkcs8(sequence(RSA_HEADER, element(OCTETS, block.der())));
            case "EC PRIVATE KEY" -> pkcs8(fromSec1(block.der()));
            default -> pkcs8(block.der());
        };
    }

    private static PrivateKey pkcs8(byte[] der) {
        for (String algorithm : List.of("RSA", "EC", "RSASSA-PSS")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException notThis) {
                // The next may fit.
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalArgumentException(
                "holds a private key that can't be read; keys are RSA or elliptic curve (P-256, P-384, P-521)");
    }

    private static byte[] decrypt(byte[] der, Optional<char[]> password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("holds an encrypted key, so its password is needed: set "
                    + TlsSettings.PASSWORD_FILE + " or " + TlsSettings.PASSWORD_VARIABLE);
        }
        EncryptedPrivateKeyInfo info;
        Cipher cipher;
        try {
            info = new EncryptedPrivateKeyInfo(der);
            // The parameters of PBES2 name the whole algorithm, such as PBEWithHmacSHA256AndAES_256; others are named
            // by themselves.
            String named = String.valueOf(info.getAlgParameters());
            String algorithm = named.startsWith("PBEWith") ? named : info.getAlgName();
            SecretKey key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.get()));
            cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
        } catch (InvalidKeySpecException | InvalidKeyException e) {
            throw new IllegalArgumentException("holds an encrypted key, whose password may have plain letters only", e);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "holds a key that is encrypted in a way that is not known here; encrypt it anew by \"openssl pkcs8 -topk8 -v2 aes256 -in OLD -out NEW\"",
                    e);
        }
        try {
            return info.getKeySpec(cipher).getEncoded();
        } catch (InvalidKeySpecException e) {
            // Neither the cause nor its message: they may hold what came out of the decryption.
            throw new IllegalArgumentException("holds a key that its password does not open; the password is wrong");
        }
    }

    /** ECPrivateKey (RFC 5915) names its curve in [0]; PKCS#8 wants it in the algorithm. */
    private static byte[] fromSec1(byte[] der) {
        Der whole = new Der(der).read(SEQUENCE);
        whole.read(INTEGER);
        whole.read(OCTETS);
        byte[] curve = whole.read(CURVE).rest();
        return sequence(new byte[] {INTEGER, 1, 0}, element(SEQUENCE, join(EC_ALGORITHM, curve)), element(OCTETS, der));
    }

    private static byte[] sequence(byte[]... parts) {
        return element(SEQUENCE, join(parts));
    }

    private static byte[] element(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : length < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return join(head, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    /** Reads elements one after the other. */
    private static final class Der {
        private final byte[] bytes;
        private int at;

        Der(byte[] bytes) {
            this.bytes = bytes;
        }

        Der read(int tag) {
            if (next() != tag) {
                throw new IllegalArgumentException("holds a private key that is damaged");
            }
            int length = next();
            if (length >= 0x80) {
                int octets = length - 0x80;
                length = 0;
                for (int i = 0; i < Math.min(octets, 3); i++) {
                    length = length << 8 | next();
                }
            }
            if (length > bytes.length - at) {
                throw new IllegalArgumentException("holds a private key that is cut off");
            }
            Der inner = new Der(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
            return inner;
        }

        byte[] rest() {
            return Arrays.copyOfRange(bytes, at, bytes.length);
        }

        private int next() {
            if (at == bytes.length) {
                throw new IllegalArgumentException("holds a private key that is cut off");
            }
            return bytes[at++] & 0xff;
        }
    }
}
