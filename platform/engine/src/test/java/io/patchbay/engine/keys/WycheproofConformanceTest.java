package io.patchbay.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Google's Wycheproof vectors for AES-GCM and HKDF. */
@Tag("conformance")
@EnabledIfSystemProperty(
        named = WycheproofConformanceTest.DATA,
        matches = ".+",
        disabledReason = "needs the folder of public test data")
class WycheproofConformanceTest {
    static final String DATA = "patchbay.conformance.data";

    @Test
    void whatIsSealedAndOpenedIsWhatTheVectorsSay() throws IOException {
        int ours = 0;
        for (Value.Struct group : structs(read("aes_gcm_test"), "testGroups")) {
            boolean sizes = number(group, "keySize") == 8 * Aead.KEY_BYTES
                    && number(group, "ivSize") == 8 * Aead.NONCE_BYTES
                    && number(group, "tagSize") == 8 * Aead.TAG_BYTES;
            for (Value.Struct test : structs(group, "tests")) {
                byte[] key = bytes(test, "key");
                byte[] nonce = bytes(test, "iv");
                byte[] context = bytes(test, "aad");
                byte[] plain = bytes(test, "msg");
                byte[] sealed = Keyring.join(bytes(test, "ct"), bytes(test, "tag"));
                String name = "test " + number(test, "tcId");
                if (!sizes) {
                    assertThatThrownBy(() -> Aead.seal(key, nonce, context, plain))
                            .as(name)
                            .isInstanceOf(IllegalArgumentException.class);
                    continue;
                }
                ours++;
                if (test.findText("result").orElseThrow().equals("valid")) {
                    assertThat(Aead.seal(key, nonce, context, plain)).as(name).isEqualTo(sealed);
                    assertThat(Aead.open(key, nonce, context, sealed)).as(name).hasValue(plain);
                } else {
                    assertThat(Aead.open(key, nonce, context, sealed)).as(name).isEqualTo(Optional.empty());
                }
            }
        }
        assertThat(ours).isGreaterThan(50);
    }

    @Test
    void keysAreDerivedAsTheVectorsSay() throws IOException {
        int count = 0;
        for (Value.Struct group : structs(read("hkdf_sha256_test"), "testGroups")) {
            for (Value.Struct test : structs(group, "tests")) {
                count++;
                String name = "test " + number(test, "tcId");
                byte[] key = bytes(test, "ikm");
                byte[] salt = bytes(test, "salt");
                byte[] info = bytes(test, "info");
                int length = number(test, "size");
                if (test.findText("result").orElseThrow().equals("valid")) {
                    assertThat(Hkdf.derive(key, salt, info, length)).as(name).isEqualTo(bytes(test, "okm"));
                } else {
                    assertThatThrownBy(() -> Hkdf.derive(key, salt, info, length))
                            .as(name)
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        }
        assertThat(count).isGreaterThan(50);
    }

    private static Value.Struct read(String file) throws IOException {
        return (Value.Struct) Json.decode(
                Files.readAllBytes(Path.of(System.getProperty(DATA), "wycheproof", "testvectors_v1", file + ".json")));
    }

    private static List<Value.Struct> structs(Value.Struct of, String name) {
        return ((Value.Array) of.find(name).orElseThrow())
                .items().stream().map(Value.Struct.class::cast).toList();
    }

    private static int number(Value.Struct of, String name) {
        return of.findInt(name).orElseThrow().intValue();
    }

    private static byte[] bytes(Value.Struct of, String name) {
        return HexFormat.of().parseHex(of.findText(name).orElseThrow());
    }
}
