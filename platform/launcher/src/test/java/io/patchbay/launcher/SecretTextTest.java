package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:7420/setup?code=S3CRET",
                "Authorization: Bearer S3CRET",
                "token eyJhbGciOiJFUzI1NiJ9.S3CRET.S3CRET is no token",
                "{\"password\":\"S3CRET with spaces\",\"name\":\"ann\"}",
                "password=S3CRET&name=ann",
                "refreshToken: S3CRET",
                "api_key = 'S3CRET'",
                "https://ann:S3CRET@example.org/a.jar"
            })
    void secretsAreHidden(String text) {
        assertThat(SecretText.hide(text)).doesNotContain("S3CRET").contains("***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.example.greeter 1.0.0 is installed.",
                "The key-value store is open.",
                "Key rotation: 3 keys, the token of ann has expired",
                "ready http://127.0.0.1:7420/ in 0.9 s"
            })
    void allElseStays(String text) {
        assertThat(SecretText.hide(text)).isEqualTo(text);
    }
}
