package io.patchbay.api.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Appendix A of RFC 8949 (cbor/test-vectors): decoded right and, if it is the one deterministic form, written the same again; or refused, if no value can be so. */
@Tag("conformance")
class CborConformanceTest {
    /** Simple value 24, which RFC 7049 had and RFC 8949 forbids. */
    private static final String NO_LONGER_WELL_FORMED = "f818";

    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    @TestFactory
    Stream<DynamicTest> everyVectorIsDecodedRightOrRefused() throws IOException {
        Path file = Path.of(System.getProperty("patchbay.conformance.data"), "cbor-test-vectors", "appendix_a.json");
        JsonNode vectors = new ObjectMapper()
                .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
                .readTree(Files.readAllBytes(file));
        assertThat(vectors.size()).isGreaterThan(50);
        return Stream.iterate(0, i -> i < vectors.size(), i -> i + 1)
                .map(vectors::get)
                .map(vector -> DynamicTest.dynamicTest(vector.get("hex").asText(), () -> check(vector)));
    }

    private static void check(JsonNode vector) {
        byte[] cbor = HexFormat.of().parseHex(vector.get("hex").asText());
        JsonNode decoded = vector.get("decoded");
        if (vector.get("hex").asText().equals(NO_LONGER_WELL_FORMED)) {
            assertThat(catchThrowableOfType(PatchbayException.class, () -> Cbor.decode(cbor))
                            .code())
                    .isEqualTo(ErrorCode.MALFORMED);
            return;
        }
        if (decoded == null
                || !isValue(decoded)
                || hasForeignKey(vector.get("hex").asText())) {
            assertThat(catchThrowableOfType(PatchbayException.class, () -> Cbor.decode(cbor))
                            .code())
                    .isEqualTo(ErrorCode.VALUE_INVALID);
            return;
        }
        Value value = Cbor.decode(cbor);
        assertThat(value).isEqualTo(value(decoded));
        // A round trip is promised by the vectors also for floats that are integers, which are no floats here.
        if (vector.get("roundtrip").asBoolean() && !hasIntegralFloat(decoded)) {
            assertThat(Cbor.encode(value)).isEqualTo(cbor);
        }
    }

    private static boolean isValue(JsonNode node) {
        return !node.isBigInteger()
                || node.bigIntegerValue().compareTo(MIN) >= 0
                        && node.bigIntegerValue().compareTo(MAX) <= 0;
    }

    /** The one vector with integers as keys, which JSON shows as text. */
    private static boolean hasForeignKey(String hex) {
        return List.of("a201020304").contains(hex);
    }

    private static boolean hasIntegralFloat(JsonNode node) {
        return node.isDouble() && Value.of(node.doubleValue()) instanceof Value.Int;
    }

    private static Value value(JsonNode node) {
        return Json.decode(node.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
