package io.patchbay.listeners.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A private key and the certificates for it.
 *
 * @param chain the key's own first, each vouched for by the next
 */
record ServerCertificate(PrivateKey key, List<X509Certificate> chain) {
    static final int LONGEST_FILE_BYTES = 1 << 20;
    private static final int RSA_BITS_MIN = 2048;
    /** What PKCS#12 begins with. */
    private static final byte DER_SEQUENCE = 0x30;

    private static final byte[] PROBE = "patchbay".getBytes(StandardCharsets.US_ASCII);
    private static final String BYTE_ORDER_MARK = "\ufeff";

    ServerCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * Reads and checks all but the dates.
     *
     * @param environment an environment variable by its name
     * @throws io.patchbay.api.PatchbayException VALUE_INVALID, in a sentence for the operator, without any secret in it
     */
    static ServerCertificate read(TlsSettings settings, Function<String, Optional<String>> environment) {
        Optional<char[]> password = password(settings, environment);
        byte[] file = file(TlsSettings.CERTIFICATE, settings.certificate());
        return Pem.matches(file) ? pem(settings, file, password) : pkcs12(settings, file, password);
    }

    Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    boolean expired(Instant now) {
        return now.isAfter(notAfter());
    }

    X509Certificate leaf() {
        return chain.get(0);
    }

    private static ServerCertificate pkcs12(TlsSettings settings, byte[] file, Optional<char[]> password) {
        if (settings.key().isPresent() && file.length > 0 && file[0] == DER_SEQUENCE) {
            throw TlsSettings.invalid(TlsSettings.KEY + " is given, but " + settings.certificate()
                    + " is PKCS#12, which holds the key itself; take " + TlsSettings.KEY + " away.");
        }
        Pkcs12 read = about(settings.certificate(), () -> Pkcs12.read(file, password));
        return checked(settings.certificate(), settings.certificate(), read.key(), read.chain());
    }

    private static ServerCertificate pem(TlsSettings settings, byte[] file, Optional<char[]> password) {
        List<Pem> blocks = about(settings.certificate(), () -> Pem.blocks(file));
        List<X509Certificate> certificates = about(settings.certificate(), () -> certificates(blocks));
        Path keyFile = settings.key().orElse(settings.certificate());
        List<Pem> keys =
                settings.key().isEmpty() ? blocks : about(keyFile, () -> Pem.blocks(file(TlsSettings.KEY, keyFile)));
        PrivateKey key = about(keyFile, () -> key(keys, settings.key().isEmpty(), password));
        return checked(settings.certificate(), keyFile, key, certificates);
    }

    private static PrivateKey key(List<Pem> blocks, boolean besideCertificate, Optional<char[]> password) {
        List<Pem> keys = blocks.stream().filter(PrivateKeys::isKey).toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(
                    besideCertificate
                            ? "holds no private key; put it into the file too, or name its own file in "
                                    + TlsSettings.KEY
                            : "holds no private key, which begins with -----BEGIN PRIVATE KEY-----");
        }
        if (keys.size() > 1) {
            throw new IllegalArgumentException("holds " + keys.size() + " private keys, where one is wanted");
        }
        return PrivateKeys.read(keys.get(0), password);
    }

    private static List<X509Certificate> certificates(List<Pem> blocks) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Pem block : blocks) {
                if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("holds a certificate that is damaged", e);
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("holds no certificate, which begins with -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    private static ServerCertificate checked(
            Path certificateFile, Path keyFile, PrivateKey key, List<X509Certificate> certificates) {
        X509Certificate own = certificates.stream()
                .filter(candidate -> belong(key, candidate.getPublicKey()))
                .findFirst()
                .orElseThrow(() -> TlsSettings.invalid("The private key in " + keyFile
                        + " does not belong to the certificate in " + certificateFile + " ("
                        + certificates.get(0).getSubjectX500Principal().getName() + ")."));
        if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < RSA_BITS_MIN) {
            throw TlsSettings.invalid("The RSA key in " + keyFile + " has "
                    + rsa.getModulus().bitLength() + " bits, and clients want " + RSA_BITS_MIN + " at least.");
        }
        return new ServerCertificate(key, chain(own, certificates));
    }

    /** In the order of who vouches for whom, whatever their order in the file; those without a part in it are left out. */
    private static List<X509Certificate> chain(X509Certificate own, List<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        Optional<X509Certificate> next = Optional.of(own);
        while (next.isPresent()) {
            X509Certificate last = next.get();
            next = certificates.stream()
                    .filter(candidate -> !chain.contains(candidate) && vouchesFor(candidate, last))
                    .findFirst();
            next.ifPresent(chain::add);
        }
        return chain;
    }

    private static boolean vouchesFor(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean belong(PrivateKey key, PublicKey certified) {
        if (!(key instanceof RSAKey && certified instanceof RSAKey)
                && !(key instanceof ECKey && certified instanceof ECKey)) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(key instanceof RSAKey ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<char[]> password(TlsSettings settings, Function<String, Optional<String>> environment) {
        if (settings.passwordFile().isPresent()) {
            String text = new String(
                    file(TlsSettings.PASSWORD_FILE, settings.passwordFile().get()), StandardCharsets.UTF_8);
            String line = text.replaceFirst("^" + BYTE_ORDER_MARK, "")
                    .lines()
                    .findFirst()
                    .orElse("");
            return Optional.of(line.toCharArray());
        }
        return settings.passwordVariable()
                .map(name -> environment
                        .apply(name)
                        .orElseThrow(() -> TlsSettings.invalid("The environment variable " + name + ", which "
                                + TlsSettings.PASSWORD_VARIABLE + " names, is not set where the node runs."))
                        .toCharArray());
    }

    private static byte[] file(String setting, Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(LONGEST_FILE_BYTES + 1);
            if (bytes.length > LONGEST_FILE_BYTES) {
                throw TlsSettings.invalid("The file " + file + ", which " + setting + " names, is larger than "
                        + LONGEST_FILE_BYTES + " bytes.");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw TlsSettings.invalid("The file " + file + ", which " + setting + " names, is not there.");
        } catch (AccessDeniedException e) {
            throw TlsSettings.invalid("The file " + file + ", which " + setting
                    + " names, may not be read by the user that runs the node.");
        } catch (IOException e) {
            throw TlsSettings.invalid(
                    "The file " + file + ", which " + setting + " names, can't be read: " + e.getMessage() + ".");
        }
    }

    private interface Reading<T> {
        T read();
    }

    /** Makes a clause about a file a sentence. */
    private static <T> T about(Path file, Reading<T> reading) {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw TlsSettings.invalid("The file " + file + " " + e.getMessage() + ".");
        }
    }
}
