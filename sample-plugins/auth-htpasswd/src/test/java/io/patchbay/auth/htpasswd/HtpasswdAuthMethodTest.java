package io.patchbay.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.document.Value;
import io.patchbay.testkit.AuthMethodContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtpasswdAuthMethodTest extends AuthMethodContract {
    private static final String PASSWORD = "correct horse \u00e4";

    @TempDir
    private Path folder;

    private final Clock clock = Clock.systemUTC();
    private Path file;
    private HtpasswdAuthMethod method;
    private HtpasswdAuthMethod another;

    @BeforeEach
    void open() throws IOException {
        file = folder.resolve("htpasswd");
        Files.writeString(
                file,
                "# users\nann:" + hash(PASSWORD) + "\r\nold:$apr1$abc$def\nplain:secret\n:nobody\nno colon\n"
                        + "x".repeat(1000) + ":y\n");
        method = new HtpasswdAuthMethod(file, clock);
        another = new HtpasswdAuthMethod(file, clock);
    }

    @AfterEach
    void close() throws InterruptedException {
        method.close();
        another.close();
    }

    @Override
    protected AuthMethod method() {
        return method;
    }

    @Override
    protected AuthMethod anotherInstance() {
        return another;
    }

    @Override
    protected Map<String, String> rightFields() {
        return Map.of("identifier", "ann", "password", PASSWORD);
    }

    @Test
    void vouchesByName() {
        assertThat(login("ann", PASSWORD)).isEqualTo(new LoginStep.Vouched("ann"));
    }

    @Test
    void hashesOfOtherKindsLogNobodyIn() {
        assertThat(login("plain", "secret")).isEqualTo(LoginStep.REFUSED);
        assertThat(login("old", "abc")).isEqualTo(LoginStep.REFUSED);
    }

    @Test
    void hashOfAnotherLibraryIsUnderstood() throws IOException {
        // Of crypt(3), which htpasswd -B uses too.
        Files.writeString(file, "joe:$2y$05$abcdefghijklmnopqrstuu2sM.EEHj4jPcCa5rwqJGg1PNBllkZXy\n");

        assertThat(login("joe", "a password")).isEqualTo(new LoginStep.Vouched("joe"));
        assertThat(login("joe", "a passwort")).isEqualTo(LoginStep.REFUSED);
    }

    @Test
    void strangersCostWhatTheDearestHashOfTheFileCosts() throws IOException {
        assertThat(new HtpasswdFile(file, clock).find("nobody").hash()).startsWith("$2y$05$");
        Files.writeString(
                file, "ann:" + hash(PASSWORD) + "\nbob:" + hash(PASSWORD).replace("$05$", "$07$"));

        assertThat(new HtpasswdFile(file, clock).find("nobody").hash()).startsWith("$2y$07$");
        assertThat(new HtpasswdFile(file, clock).find("nobody").known()).isFalse();
    }

    @Test
    void fileIsReadAgainWhenItChanged() throws IOException {
        assertThat(login("bob", "another one")).isEqualTo(LoginStep.REFUSED);
        Files.writeString(file, "bob:" + hash("another one"));

        assertThat(login("bob", "another one")).isEqualTo(new LoginStep.Vouched("bob"));
        assertThat(login("ann", PASSWORD)).isEqualTo(LoginStep.REFUSED);
        assertThat(method.vouches("ann").toCompletableFuture().join()).isFalse();
        assertThat(method.vouches("bob").toCompletableFuture().join()).isTrue();
    }

    @Test
    void lineThatIsWrongHarmsItsOwnUserAlone() throws IOException {
        String good = hash("another one");
        String dear = "$2y$31$" + good.substring(7);
        List<String> lines = new ArrayList<>();
        lines.add("\uFEFFann:" + good);
        lines.add("ann:" + hash("a second line of ann"));
        lines.addAll(
                List.of(":" + good, "no colon", "dear:" + dear, "cut:" + good.substring(1), "x".repeat(600) + ":y"));
        lines.addAll(List.of("a\u001B[31mb:" + good, "\u202Ebob:" + good, " :" + good, "more:" + good + ":x"));
        for (int i = 0; i < 100_000; i++) {
            lines.add("u" + i + ":x");
        }
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        byte[] torn = ("\n\u00e4z:" + good + "\nzoe:" + good).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, concat(text, torn));

        assertThat(login("ann", "another one")).isEqualTo(new LoginStep.Vouched("ann"));
        assertThat(login("zoe", "another one")).isEqualTo(new LoginStep.Vouched("zoe"));
        assertThat(login("ann", "a second line of ann")).isEqualTo(LoginStep.REFUSED);
        for (String name : List.of("", " ", "dear", "cut", "more", "a\u001B[31mb", "\u202Ebob", "u7", "\uFFFDz", "#")) {
            assertThat(login(name, "another one")).as(name).isEqualTo(LoginStep.REFUSED);
        }
    }

    @Test
    void whatIsNoFileIsNotOpened() throws IOException {
        Files.delete(file);
        Files.createDirectory(file);

        assertThat(method.findFault())
                .hasValueSatisfying(fault -> assertThat(fault).endsWith("htpasswd is no file."));
    }

    @Test
    void fileThatIsMissingOrTooLargeIsAFault() throws IOException {
        assertThat(method.findFault()).isEmpty();
        Files.write(file, new byte[HtpasswdFile.MOST_BYTES + 1]);
        assertThat(method.findFault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("is larger than"));
        Files.delete(file);
        assertThat(method.findFault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("there is no file", "htpasswd -cB"));
    }

    private LoginStep login(String name, String password) {
        return method.begin(new LoginRequest(
                        "htpasswd",
                        Value.struct("identifier", Value.of(name), "password", Value.of(password)),
                        "192.0.2.1"))
                .toCompletableFuture()
                .join();
    }

    private static byte[] concat(byte[] first, byte[] then) {
        byte[] both = Arrays.copyOf(first, first.length + then.length);
        System.arraycopy(then, 0, both, first.length, then.length);
        return both;
    }

    private static String hash(String password) {
        return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(5, password.toCharArray());
    }
}
