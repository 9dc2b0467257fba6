package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JarAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:8080/a.jar",
                "HTTP://LOCALHOST/a.jar",
                "http://[::1]:9/a.jar",
                "http://127.255.0.9/a.jar",
                "https://example.org/x/a.jar?token=1",
                "https://192.168.1.5/a.jar"
            })
    void thisMachineIsReachedByHttpAndAllElseByHttps(String url) {
        assertThat(JarAddress.of(url).uri()).hasToString(url);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http://169.254.169.254/latest/meta-data | this machine only",
                "http://10.0.0.1/a.jar | this machine only",
                "http://example.org/a.jar | this machine only",
                "http://127.0.0.1.example.org/a.jar | this machine only",
                "http://localhost.example.org/a.jar | this machine only",
                "http://2130706433/a.jar | this machine only",
                "http://0x7f.1/a.jar | whole http or https URL",
                "http://127.1/a.jar | whole http or https URL",
                "http://0.0.0.0/a.jar | this machine only",
                "http://[::ffff:127.0.0.1]/a.jar | this machine only",
                "http://127.0.0.1@example.org/a.jar | user or a password",
                "https://ann:secret@example.org/a.jar | user or a password",
                "file:///etc/passwd | upload it",
                "file://host/share/a.jar | upload it",
                "ftp://127.0.0.1/a.jar | whole http or https URL",
                "jar:file:/a.jar!/b | whole http or https URL",
                "/a.jar | whole http or https URL",
                "https:///a.jar | whole http or https URL",
                "https://exa mple.org/ | not 'https://exa mple.org/'",
                "`` | whole http or https URL"
            })
    void everythingElseIsRefusedWithTheReason(String url, String part) {
        assertThatThrownBy(() -> JarAddress.of(url))
                .hasMessageContaining(part)
                .hasMessageNotContaining("secret")
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }

    @Test
    void redirectsAreUnderTheSameRules() {
        JarAddress remote = JarAddress.of("https://example.org/a/b.jar");
        assertThat(remote.redirectedTo("../c.jar").uri()).hasToString("https://example.org/c.jar");
        assertThatThrownBy(() -> remote.redirectedTo("http://example.org/c.jar"))
                .hasMessageContaining("use https");
        assertThatThrownBy(() -> remote.redirectedTo("http://127.0.0.1:7420/c.jar"))
                .hasMessageContaining("redirects to this machine");
        assertThatThrownBy(() -> remote.redirectedTo("https://localhost/c.jar"))
                .hasMessageContaining("redirects to this machine");
        assertThatThrownBy(() -> remote.redirectedTo("file:///etc/passwd")).hasMessageContaining("upload it");
        assertThatThrownBy(() -> remote.redirectedTo("::")).hasMessageContaining("no address");
        JarAddress here = JarAddress.of("http://127.0.0.1:8080/a.jar");
        assertThat(here.redirectedTo("/b.jar").uri()).hasToString("http://127.0.0.1:8080/b.jar");
    }

    @Test
    void whatIsShownHoldsNoQueryAndNoControlCharacters() {
        JarAddress address = JarAddress.of("https://example.org/a%0Ab.jar?token=s3cret#x");
        assertThat(address.shown()).isEqualTo("https://example.org/a%0Ab.jar");
        assertThat(address.fileName()).isEqualTo("a?b.jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "sha256:00", "gg"})
    void digestIsSixtyFourHexDigits(String digest) {
        assertThatThrownBy(() -> JarAddress.requireDigest(digest)).hasMessageContaining("64 hex digits");
        assertThat(JarAddress.requireDigest("AB".repeat(32))).isEqualTo("ab".repeat(32));
    }
}
