package io.patchbay.listeners.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The one private key of a PKCS#12 file and its certificates. Failures are clauses that go on "the file ...".
 *
 * @param chain the key's own certificate first
 */
record Pkcs12(PrivateKey key, List<X509Certificate> chain) {
    /** @throws IllegalArgumentException with a clause that says what is wrong */
    static Pkcs12 read(byte[] file, Optional<char[]> given) {
        char[] password = given.orElse(new char[0]);
        KeyStore store = open(file, password, given.isPresent());
        try {
            List<String> keys = new ArrayList<>();
            int certificates = 0;
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    keys.add(alias);
                } else {
                    certificates++;
                }
            }
            if (keys.size() != 1) {
                throw new IllegalArgumentException(
                        keys.isEmpty()
                                ? certificates == 0
                                        ? "holds neither a private key nor a certificate"
                                        : "holds certificates but no private key"
                                : "holds " + keys.size() + " private keys, where one is wanted");
            }
            Certificate[] chain = store.getCertificateChain(keys.get(0));
            // Java takes a key without a certificate for a whole entry; a node with it would fail every handshake.
            if (chain == null || chain.length == 0) {
                throw new IllegalArgumentException("holds a private key but no certificate for it");
            }
            if (!(store.getKey(keys.get(0), password) instanceof PrivateKey key)) {
                throw new IllegalArgumentException("holds a key that is not a private one");
            }
            return new Pkcs12(
                    key, Arrays.stream(chain).map(X509Certificate.class::cast).toList());
        } catch (UnrecoverableKeyException e) {
            throw new IllegalArgumentException(
                    "holds a key that its password does not open; the key and the file must have the same password");
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds a key that can't be read: " + e.getMessage(), e);
        }
    }

    private static KeyStore open(byte[] file, char[] password, boolean given) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file), password);
            return store;
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IllegalArgumentException(
                        given
                                ? "is not opened by its password; the password is wrong"
                                : "needs its password: set " + TlsSettings.PASSWORD_FILE + " or "
                                        + TlsSettings.PASSWORD_VARIABLE);
            }
            throw new IllegalArgumentException("is neither PEM nor PKCS#12, or it is damaged", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "is a PKCS#12 file that is encrypted in a way that is not known here", e);
        }
    }
}
