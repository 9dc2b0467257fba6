package io.patchbay.it;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of the tests: made by keytool when the first test wants it, and trusted by their clients. Any thread. */
final class TestAuthority {
    static final String PASSWORD = "open sesame";

    private final Path folder;
    private final Path store;
    private final AtomicInteger issued = new AtomicInteger();
    private final SSLContext trusting;
    private final HttpClient http;

    private TestAuthority() {
        try {
            folder = Files.createTempDirectory("patchbay-authority");
            store = folder.resolve("authority.p12");
            keytool("-alias", "authority", "-dname", "CN=Authority of the tests", "-ext", "bc:c");
            Files.writeString(
                    certificate(),
                    pem("CERTIFICATE", keys().getCertificate("authority").getEncoded()));
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", keys().getCertificate("authority"));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            trusting = SSLContext.getInstance("TLS");
            trusting.init(null, trust.getTrustManagers(), null);
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusting)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Shared {
        static final TestAuthority AUTHORITY = new TestAuthority();
    }

    static TestAuthority shared() {
        return Shared.AUTHORITY;
    }

    /** PEM, for clients that take a file. */
    Path certificate() {
        return folder.resolve("authority.pem");
    }

    /** Of clients that trust this authority alone. */
    SSLContext trusting() {
        return trusting;
    }

    HttpClient http() {
        return http;
    }

    /**
     * Writes a certificate for this machine's names with its chain and key.
     *
     * @param file PEM, replaced in one instant; or PKCS#12 with {@link #PASSWORD}, if its name ends in .p12
     * @param name its subject
     * @param more for keytool, such as {@code -startdate}
     */
    void issue(Path file, String name, String... more) {
        try {
            Path made = folder.resolve("issued-" + issued.incrementAndGet());
            List<String> arguments = new ArrayList<>(List.of(
                    "-alias",
                    made.getFileName().toString(),
                    "-signer",
                    "authority",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1"));
            arguments.addAll(List.of(more));
            keytool(arguments.toArray(String[]::new));
            KeyStore keys = keys();
            java.security.Key key = keys.getKey(made.getFileName().toString(), PASSWORD.toCharArray());
            Certificate[] chain = keys.getCertificateChain(made.getFileName().toString());
            if (file.toString().endsWith(".p12")) {
                KeyStore single = KeyStore.getInstance("PKCS12");
                single.load(null, null);
                single.setKeyEntry("node", key, PASSWORD.toCharArray(), chain);
                try (var out = Files.newOutputStream(made)) {
                    single.store(out, PASSWORD.toCharArray());
                }
            } else {
                StringBuilder text = new StringBuilder();
                for (Certificate certificate : chain) {
                    text.append(pem("CERTIFICATE", certificate.getEncoded()));
                }
                Files.writeString(made, text + pem("PRIVATE KEY", key.getEncoded()));
            }
            Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void keytool(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12", "-keystore"));
        all.addAll(List.of(store.toString(), "-storepass", PASSWORD));
        all.addAll(List.of(arguments));
        CommandResult result = CommandResult.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool"), "", all.toArray(String[]::new));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(result.output());
        }
    }

    private synchronized KeyStore keys() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD.toCharArray());
        return keys;
    }

    private static String pem(String label, byte[] der) {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }
}
