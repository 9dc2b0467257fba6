package io.patchbay.auth.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Argon2HashTest {
    // From the tests of the reference implementation, P-H-C/phc-winner-argon2.
    private static final String REFERENCE =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    @Test
    void stringOfTheReferenceImplementationIsVerified() {
        assertThat(Argon2Hash.parse(REFERENCE).matches(bytes("password"))).isTrue();
        assertThat(Argon2Hash.parse(REFERENCE).matches(bytes("passwore"))).isFalse();
    }

    @Test
    void newHashUsesTheDefaultCostAndReadsBack() {
        String text = Argon2Hash.compute(bytes("correct horse"), HashCost.DEFAULT, new SecureRandom())
                .text();

        assertThat(text).startsWith("$argon2id$v=19$m=7168,t=5,p=1$");
        assertThat(Argon2Hash.parse(text).matches(bytes("correct horse"))).isTrue();
        assertThat(Argon2Hash.parse(text).text()).isEqualTo(text);
    }

    @Test
    void samePasswordIsSaltedAnew() {
        HashCost cheap = new HashCost(64, 1, 1);

        assertThat(Argon2Hash.compute(bytes("x"), cheap, new SecureRandom()).text())
                .isNotEqualTo(Argon2Hash.compute(bytes("x"), cheap, new SecureRandom())
                        .text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain text",
                "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=999999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=99$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=1$c2E$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFh",
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
            })
    void stringThatIsNoneOfOursIsRefused(String text) {
        assertThatThrownBy(() -> Argon2Hash.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The bundle carries a hand-picked part of BouncyCastle: what it carries must be enough. */
    @Test
    void bundleHashesWithTheClassesItCarries() throws Exception {
        URL bundle = Path.of("target/classes").toAbsolutePath().toUri().toURL();
        try (URLClassLoader alone = new URLClassLoader(new URL[] {bundle}, ClassLoader.getPlatformClassLoader())) {
            Class<?> hash = alone.loadClass(Argon2Hash.class.getName());
            var parse = hash.getDeclaredMethod("parse", String.class);
            var matches = hash.getDeclaredMethod("matches", byte[].class);
            parse.setAccessible(true);
            matches.setAccessible(true);

            assertThat(matches.invoke(parse.invoke(null, REFERENCE), (Object) bytes("password")))
                    .isEqualTo(true);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
