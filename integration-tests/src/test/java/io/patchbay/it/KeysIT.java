package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a home is sealed with: the master key in all its places, rotation under clients, and what is refused. */
class KeysIT {
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final String OTHER_KEY = "fedcba9876543210".repeat(4);

    @TempDir
    Path home;

    private Path keys() {
        return home.resolve("keys");
    }

    @Test
    void loginsGoOnUnderNewKeysAndNoSecretIsInClear() throws IOException {
        String code;
        try (Node node = Node.start(home)) {
            code = node.awaitLine("/setup?code=").replaceAll(".*code=", "").strip();
            Operator operator = new Operator(home);
            // The log tells it to whoever starts the node.
            assertNowhere(code, "patchbay.log");
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            String before = operator.run("keys", "status");

            String rotated = operator.run("keys", "rotate");

            assertThat(rotated).contains("The master key is ").contains("secrets are sealed with a new data key.");
            admin.get("/users").expect(200);
            assertThat(operator.run("keys", "status")).contains("Data key    2").isNotEqualTo(before);
            node.kill();
        }
        try (Node again = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.login(again.uri()).get("/users").expect(200);
            assertThat(operator.run("keys", "status")).contains("Data key    2");
            // A private key as JOSE writes it.
            assertNowhere("\"d\":\"", "none");
        }
    }

    /** That no file of the home has the text, but for one. */
    private void assertNowhere(String text, String but) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> !file.startsWith(home.resolve("data/cache")) && !file.endsWith(but))
                            .filter(file -> contains(file, wanted)))
                    .as(text)
                    .isEmpty();
        }
    }

    private static boolean contains(Path file, byte[] wanted) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .contains(new String(wanted, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withoutItsMasterKeyOrWithAnotherANodeSaysWhichAndDoesNotStart() throws IOException {
        Node.start(home).close();
        Path master = keys().resolve("master.key");
        String right = Files.readString(master);
        Files.delete(master);
        assertThat(refusal(Map.of())).contains("master.key is not there, and this home is sealed with the key ");
        write(master, OTHER_KEY, "rw-------");
        assertThat(refusal(Map.of()))
                .containsPattern("The master key of .* is not the one that this home is sealed with");
        write(master, right, "rw-r--r--");
        assertThat(refusal(Map.of())).contains("Others may read the master key");
        write(master, "secret", "rw-------");
        assertThat(refusal(Map.of())).contains("is no master key");
        write(master, right, "rw-------");
        Files.writeString(keys().resolve("keyring"), "format 1\n");
        assertThat(refusal(Map.of())).contains("names no master key: it is damaged");
        Files.delete(keys().resolve("keyring"));
        assertThat(refusal(Map.of())).contains("keyring is missing, and without it nothing");
    }

    private String refusal(Map<String, String> environment) {
        Node node = Node.launch(Distribution.shared(), home, environment);
        assertThat(node.awaitExit()).as(node.log()).isEqualTo(1);
        return node.log();
    }

    private static void write(Path file, String text, String rights) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
        Files.writeString(file, text);
    }

    @Test
    void theMasterKeyComesFromTheEnvironmentAndIsChangedThere() throws IOException {
        configure("encryption: {masterKeyVariable: HOME_KEY}\n");
        assertThat(refusal(Map.of())).contains("the environment variable HOME_KEY is not set");
        Path next = home.resolve("next");
        write(next, OTHER_KEY, "rw-------");
        Node first = Node.launch(Distribution.shared(), home, Map.of("HOME_KEY", KEY));
        first.readyLine();
        Operator operator = new Operator(home);
        assertThat(operator.tryRun("keys", "rotate", "--master").output())
                .contains("The master key comes from the environment variable HOME_KEY");
        assertThat(operator.run("keys", "rotate", "--master", "--to", next.toString()))
                .contains("Give it to the node before its next start.");
        first.close();
        assertThat(keys().resolve("master.key")).doesNotExist();

        assertThat(refusal(Map.of("HOME_KEY", KEY))).contains("is not the one that this home is sealed with");
        Node again = Node.launch(Distribution.shared(), home, Map.of("HOME_KEY", OTHER_KEY));
        again.readyLine();
        again.close();
    }

    @Test
    void theMasterKeyComesFromAPkcs12File() throws IOException {
        Path store = home.resolve("master.p12");
        CommandResult made = CommandResult.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool"),
                "",
                "-genseckey",
                "-keyalg",
                "AES",
                "-keysize",
                "256",
                "-storetype",
                "PKCS12",
                "-alias",
                "master",
                "-keystore",
                store.toString(),
                "-storepass",
                "right word");
        assertThat(made.exitCode()).as(made.output()).isZero();
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-------"));
        configure("encryption: {masterKey: master.p12, passwordVariable: HOME_WORD}\n");
        assertThat(refusal(Map.of())).contains("The password of " + store + " is not there");
        assertThat(refusal(Map.of("HOME_WORD", "wrong word"))).contains("the password is wrong");
        Node node = Node.launch(Distribution.shared(), home, Map.of("HOME_WORD", "right word"));
        node.readyLine();
        assertThat(new Operator(home).run("keys", "status")).contains("master.p12");
        node.close();
    }

    @Test
    void aNodeThatWasKilledWhileItsMasterKeyChangedStartsWithTheOneThatItsKeyringNames() throws IOException {
        Path master = keys().resolve("master.key");
        Path next = keys().resolve("master.key.next");
        String old;
        try (Node node = Node.start(home)) {
            old = Files.readString(master);
            new Operator(home).run("keys", "rotate", "--master");
            node.kill();
        }
        String fresh = Files.readString(master);
        // Killed after the keyring was written, and before the key took its place.
        write(master, old, "rw-------");
        write(next, fresh, "rw-------");
        Node.start(home).close();
        assertThat(master).hasContent(fresh);
        assertThat(next).doesNotExist();
        // Killed before the keyring was written.
        write(next, OTHER_KEY, "rw-------");
        Node.start(home).close();
        assertThat(master).hasContent(fresh);
        assertThat(next).doesNotExist();
    }

    private void configure(String yaml) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), yaml);
    }

    @Test
    void aSecretThatWasChangedIsNamed() throws IOException {
        Operator operator = new Operator(home);
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            operator.login(node.uri());
        }
        try (Stream<Path> files = Files.list(keys())) {
            Path key = files.filter(file -> file.getFileName().toString().startsWith("jwt-"))
                    .findFirst()
                    .orElseThrow();
            byte[] sealed = Files.readAllBytes(key);
            sealed[sealed.length / 2] ^= 1;
            Files.write(key, sealed);
            try (Node node = Node.start(home)) {
                // Tokens are signed by a new key; what was changed is left where it is.
                operator.login(node.uri()).get("/users").expect(200);
                assertThat(node.log())
                        .contains(key.getFileName() + " does not open: it was changed, cut off, or sealed as another");
                assertThat(key).hasBinaryContent(sealed);
            }
        }
    }
}
