package io.patchbay.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.document.Value;
import io.patchbay.testkit.AuthMethodContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtpasswdAuthMethodTest extends AuthMethodContract {
    private static final String PASSWORD = "correct horse \u00e4";

    @TempDir
    private Path folder;

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
        method = new HtpasswdAuthMethod(file);
        another = new HtpasswdAuthMethod(file);
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
        assertThat(new HtpasswdFile(file).find("nobody").hash()).startsWith("$2y$05$");
        Files.writeString(
                file, "ann:" + hash(PASSWORD) + "\nbob:" + hash(PASSWORD).replace("$05$", "$07$"));

        assertThat(new HtpasswdFile(file).find("nobody").hash()).startsWith("$2y$07$");
        assertThat(new HtpasswdFile(file).find("nobody").known()).isFalse();
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
    void fileThatIsMissingOrTooLargeIsAFault() throws IOException {
        assertThat(method.findFault()).isEmpty();
        Files.write(file, new byte[HtpasswdFile.MOST_BYTES + 1]);
        assertThat(method.findFault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("is larger than"));
        Files.delete(file);
        assertThat(method.findFault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("can't be read"));
    }

    private LoginStep login(String name, String password) {
        return method.begin(new LoginRequest(
                        "htpasswd",
                        Value.struct("identifier", Value.of(name), "password", Value.of(password)),
                        "192.0.2.1"))
                .toCompletableFuture()
                .join();
    }

    private static String hash(String password) {
        return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(5, password.toCharArray());
    }
}
