package io.patchbay.listeners.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Makes the server's side of TLS connections with one certificate: TLS 1.3 and 1.2 alone, with forward secrecy and authenticated encryption. Any thread. */
final class TlsContext {
    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");
    /** In the order in which they are preferred; one of a certificate's kind of key is taken. */
    static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    /** Of TLS 1.2 without tickets; those of TLS 1.3 are kept by the clients. */
    static final int SESSIONS_MAX = 10_000;

    private static final int SESSION_SECONDS = 3600;
    private static final String HTTP = "http/1.1";
    private static final char[] IN_MEMORY = "in memory".toCharArray();

    private final SSLContext context;

    TlsContext(ServerCertificate certificate) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "node", certificate.key(), IN_MEMORY, certificate.chain().toArray(new X509Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, IN_MEMORY);
            context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), new TrustManager[0], null);
            context.getServerSessionContext().setSessionCacheSize(SESSIONS_MAX);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
        } catch (GeneralSecurityException | IOException e) {
            throw TlsSettings.invalid("The certificate can't be served: " + e.getMessage() + ".");
        }
    }

    /** @param http whether HTTP is spoken over it, which clients may ask for by its name (ALPN) */
    SSLEngine engine(boolean http) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS.toArray(new String[0]));
        parameters.setCipherSuites(CIPHERS.toArray(new String[0]));
        parameters.setUseCipherSuitesOrder(true);
        if (http) {
            parameters.setApplicationProtocols(new String[] {HTTP});
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
