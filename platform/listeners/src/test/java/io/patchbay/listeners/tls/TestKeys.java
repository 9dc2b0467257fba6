package io.patchbay.listeners.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.StringJoiner;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Certificates and keys that keytool makes, in all forms. */
record TestKeys(Path pkcs12, PrivateKey key, Certificate certificate) {
    static final String PASSWORD = "open sesame";

    /** @param more for keytool, such as {@code -startdate} */
    static TestKeys make(Path folder, String name, String algorithm, String... more) throws Exception {
        Path file = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,dns:box.lan,ip:127.0.0.1",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD.toCharArray());
        return new TestKeys(
                file, (PrivateKey) store.getKey("node", PASSWORD.toCharArray()), store.getCertificate("node"));
    }

    String certificatePem() throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    String encryptedKeyPem() throws Exception {
        Cipher cipher = Cipher.getInstance("PBEWithHmacSHA256AndAES_256");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance("PBEWithHmacSHA256AndAES_256")
                        .generateSecret(new PBEKeySpec(PASSWORD.toCharArray())));
        byte[] encrypted = cipher.doFinal(key.getEncoded());
        // Java 17 does not know the cipher's own name for them.
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("PBES2");
        parameters.init(cipher.getParameters().getEncoded());
        return pem("ENCRYPTED PRIVATE KEY", new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded());
    }

    static String pem(String label, byte[] der) {
        StringJoiner lines = new StringJoiner("\n");
        lines.add("-----BEGIN " + label + "-----");
        lines.add(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
        return lines.add("-----END " + label + "-----\n").toString();
    }

    static Path write(Path file, String text) throws IOException {
        return Files.writeString(file, text);
    }
}
