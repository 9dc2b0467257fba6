package io.patchbay.listeners.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.PatchbayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    @TempDir
    static Path keys;

    private static TestKeys rsa;
    private static TestKeys ec;
    private static TestKeys expired;

    @TempDir
    Path home;

    private final Map<String, String> environment = new HashMap<>(Map.of("WORD", TestKeys.PASSWORD));

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = TestKeys.make(keys, "rsa", "RSA");
        ec = TestKeys.make(keys, "ec", "EC");
        expired = TestKeys.make(keys, "expired", "EC", "-startdate", "-30d", "-validity", "10");
    }

    @Test
    void pemAndPkcs12OfBothKindsAreRead() throws Exception {
        for (TestKeys one : new TestKeys[] {rsa, ec}) {
            TestKeys.write(home.resolve("both.pem"), "\ufeff# mine\n" + one.keyPem() + one.certificatePem());
            assertThat(read("tls.certificate", "both.pem").leaf()).isEqualTo(one.certificate());
            TestKeys.write(home.resolve("chain.pem"), other(one).certificatePem() + one.certificatePem());
            TestKeys.write(home.resolve("word.key"), one.encryptedKeyPem().replace("\n", "\r\n"));
            TestKeys.write(home.resolve("word"), TestKeys.PASSWORD + "\r\n");
            assertThat(read("tls.certificate", "chain.pem", "tls.key", "word.key", "tls.passwordFile", "word")
                            .chain())
                    .hasSize(1)
                    .first()
                    .isEqualTo(one.certificate());
            assertThat(read("tls.certificate", one.pkcs12().toString(), "tls.passwordVariable", "WORD")
                            .key())
                    .isEqualTo(one.key());
        }
    }

    @Test
    void everyMistakeIsOneSentenceWithoutASecret() throws Exception {
        TestKeys.write(home.resolve("chain.pem"), rsa.certificatePem());
        TestKeys.write(home.resolve("rsa.key"), rsa.keyPem());
        TestKeys.write(home.resolve("ec.key"), ec.keyPem());
        TestKeys.write(home.resolve("locked.key"), rsa.encryptedKeyPem());
        TestKeys.write(home.resolve("cut.key"), rsa.keyPem().substring(0, 200));
        TestKeys.write(home.resolve("not"), "nothing of the kind");
        TestKeys.write(home.resolve("wrong"), "s3cret");
        KeyStore bare = KeyStore.getInstance("PKCS12");
        bare.load(null, null);
        bare.setCertificateEntry("ca", rsa.certificate());
        try (var out = Files.newOutputStream(home.resolve("bare.p12"))) {
            bare.store(out, TestKeys.PASSWORD.toCharArray());
        }
        refused("is not there", "tls.certificate", "none.pem");
        refused("holds no private key; put it into the file too", "tls.certificate", "chain.pem");
        refused("does not belong to the certificate", "tls.certificate", "chain.pem", "tls.key", "ec.key");
        refused("its password is needed", "tls.certificate", "chain.pem", "tls.key", "locked.key");
        refused(
                "the password is wrong",
                "tls.certificate",
                "chain.pem",
                "tls.key",
                "locked.key",
                "tls.passwordFile",
                "wrong");
        refused("begins and does not end", "tls.certificate", "chain.pem", "tls.key", "cut.key");
        refused("holds no private key", "tls.certificate", "chain.pem", "tls.key", "not");
        refused("is neither PEM nor PKCS#12", "tls.certificate", "not");
        refused("is neither PEM nor PKCS#12", "tls.certificate", "not", "tls.key", "rsa.key");
        refused("holds the key itself", "tls.certificate", rsa.pkcs12().toString(), "tls.key", "rsa.key");
        refused("holds no certificate", "tls.certificate", "rsa.key");
        refused("needs its password", "tls.certificate", rsa.pkcs12().toString());
        refused("the password is wrong", "tls.certificate", rsa.pkcs12().toString(), "tls.passwordFile", "wrong");
        refused("but no private key", "tls.certificate", "bare.p12", "tls.passwordVariable", "WORD");
        refused("GONE", "tls.certificate", "chain.pem", "tls.passwordVariable", "GONE");
        refused("is given without tls.certificate", "tls.key", "rsa.key");
    }

    @Test
    void aChangedFileIsTakenWholeOrNotAtAll() throws Exception {
        Path file = TestKeys.write(home.resolve("node.pem"), rsa.keyPem() + rsa.certificatePem());
        NodeCertificate node = open(Instant.now());
        TestKeys.write(file, ec.keyPem() + rsa.certificatePem());
        node.look();
        assertThat(node.findProblem()).as("it may be in the middle of a change").isEmpty();
        node.look();
        assertThat(node.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .contains("does not belong")
                        .endsWith("The certificate that was read before stays in use."));
        assertThat(node.notAfter()).isEqualTo(notAfter(rsa));
        TestKeys.write(file, ec.keyPem() + ec.certificatePem());
        node.look();
        node.look();
        assertThat(node.findProblem()).isEmpty();
        assertThat(node.notAfter()).isEqualTo(notAfter(ec));
    }

    @Test
    void anExpiredCertificateIsTakenOnlyWhereThereIsNoBetterOne() throws Exception {
        Path file = TestKeys.write(home.resolve("node.pem"), expired.keyPem() + expired.certificatePem());
        NodeCertificate node = open(Instant.now());
        assertThat(node.notAfter())
                .as("a node that can be reached helps more than none")
                .isEqualTo(notAfter(expired));
        TestKeys.write(file, ec.keyPem() + ec.certificatePem());
        node.look();
        node.look();
        assertThat(node.notAfter()).isEqualTo(notAfter(ec));
        TestKeys.write(file, expired.keyPem() + expired.certificatePem());
        node.look();
        node.look();
        assertThat(node.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("expired on"));
        assertThat(node.notAfter()).isEqualTo(notAfter(ec));
    }

    @Test
    void onlyModernVersionsAndCiphersAreSpoken() throws Exception {
        TestKeys.write(home.resolve("node.pem"), rsa.keyPem() + rsa.certificatePem());
        var engine = open(Instant.now()).engine(true);
        assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
        assertThat(engine.getEnabledCipherSuites())
                .allMatch(name -> name.startsWith("TLS_AES_")
                        || name.startsWith("TLS_CHACHA20_")
                        || name.startsWith("TLS_ECDHE_") && (name.contains("_GCM_") || name.contains("_CHACHA20_")));
        assertThat(engine.getSSLParameters().getApplicationProtocols()).containsExactly("http/1.1");
    }

    private static Instant notAfter(TestKeys keys) {
        return ((java.security.cert.X509Certificate) keys.certificate())
                .getNotAfter()
                .toInstant();
    }

    private NodeCertificate open(Instant now) {
        return NodeCertificate.open(
                TlsSettings.of(Map.of("tls.certificate", "node.pem"), home).orElseThrow(),
                name -> Optional.ofNullable(environment.get(name)),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static TestKeys other(TestKeys one) {
        return one == rsa ? ec : rsa;
    }

    private ServerCertificate read(String... settings) {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return ServerCertificate.read(
                TlsSettings.of(properties, home).orElseThrow(), name -> Optional.ofNullable(environment.get(name)));
    }

    private void refused(String sentence, String... settings) {
        assertThatThrownBy(() -> read(settings))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining(sentence)
                .hasMessageEndingWith(".")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("s3cret", TestKeys.PASSWORD);
    }
}
