package io.patchbay.launcher;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Java loads and verifies at the first use of its cryptography takes about a tenth of a second. */
final class Cryptography {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Cryptography.class);

    private Cryptography() {}

    /** Has it loaded beside all else that starts, so that the keyring, which everything waits for, finds it there. */
    static void loadBeside() {
        Thread thread = new Thread(Cryptography::load, "cryptography");
        thread.setDaemon(true);
        thread.start();
    }

    private static void load() {
        try {
            byte[] key = new byte[KEY_BYTES];
            byte[] nonce = new byte[NONCE_BYTES];
            new SecureRandom().nextBytes(nonce);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.doFinal(mac.doFinal(nonce));
        } catch (GeneralSecurityException e) {
            // Whoever needs it says so better.
            LOG.debug("Java's cryptography can't be loaded", e);
        }
    }
}
