package io.patchbay.auth.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Google's Wycheproof vectors for JWS and JWK, through the door that access tokens come by: the key must be one that this node would sign with, the token one that it would accept.
 *
 * <p>What differs stands in {@code conformance-exceptions.txt} with its reason; a line there that is no longer needed fails the test, so the list can only shrink.
 */
@Tag("conformance")
@EnabledIfSystemProperty(
        named = WycheproofConformanceTest.DATA,
        matches = ".+",
        disabledReason = "needs the folder of public test data")
class WycheproofConformanceTest {
    static final String DATA = "patchbay.conformance.data";

    @ParameterizedTest
    @ValueSource(strings = {"json_web_signature_test", "json_web_key_test", "json_web_crypto_test"})
    void tokensAreAcceptedOrRefusedAsTheVectorsSay(String file) throws IOException {
        Set<String> differing = new TreeSet<>();
        int count = 0;
        for (Value.Struct group : structs(read(file), "testGroups")) {
            for (Value.Struct test : structs(group, "tests")) {
                Optional<String> token = test.findText("jws");
                if (token.isEmpty()) {
                    continue; // An encrypted token (JWE): this node has no door for those.
                }
                count++;
                boolean accepted =
                        CompactJws.verify(token.get(), kid -> key(group, kid)).isPresent();
                boolean valid = test.findText("result").orElseThrow().equals("valid");
                if (accepted != valid) {
                    differing.add(file + " " + test.findInt("tcId").orElseThrow());
                }
            }
        }
        assertThat(count).isPositive();
        assertThat(differing).isEqualTo(exceptions(file));
    }

    /** The group's key under this id, if this node would take such a key. */
    private static Optional<SigningKey> key(Value.Struct group, String kid) {
        Value key = group.find("public").or(() -> group.find("private")).orElseThrow();
        List<Value.Struct> keys =
                key instanceof Value.Struct set && set.find("keys").isPresent()
                        ? structs(set, "keys")
                        : List.of((Value.Struct) key);
        List<SigningKey> matching = new ArrayList<>();
        for (Value.Struct jwk : keys) {
            try {
                matching.add(SigningKey.parse(new String(Json.encode(jwk), StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException e) {
                // No key that this node would use: nothing signed by it is accepted.
            }
        }
        return matching.stream().filter(candidate -> candidate.id().equals(kid)).findFirst();
    }

    private static Value.Struct read(String file) throws IOException {
        Path path = Path.of(System.getProperty(DATA), "wycheproof", "testvectors_v1", file + ".json");
        return (Value.Struct) Json.decode(Files.readAllBytes(path));
    }

    private static List<Value.Struct> structs(Value.Struct of, String field) {
        return ((Value.Array) of.find(field).orElseThrow())
                .items().stream().map(Value.Struct.class::cast).toList();
    }

    private static Set<String> exceptions(String file) throws IOException {
        try (InputStream list = WycheproofConformanceTest.class.getResourceAsStream("/conformance-exceptions.txt")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(file + " "))
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
