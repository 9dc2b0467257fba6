package io.patchbay.protocol.patchbay;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.protocol.patchbay.RequestReader.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Appendix A of RFC 8949 (cbor/test-vectors) as the data of a request: read, or answered by an error that names the request. */
@Tag("conformance")
class FrameConformanceTest {
    /** Simple value 24 in two bytes, which RFC 7049 had and RFC 8949 calls not well-formed: it costs the connection. */
    private static final Set<String> NOT_WELL_FORMED = Set.of("f818");

    @TestFactory
    Stream<DynamicTest> everyVectorIsReadOrAnswered() throws IOException {
        Path file = Path.of(System.getProperty("patchbay.conformance.data"), "cbor-test-vectors", "appendix_a.json");
        String text = Files.readString(file);
        // The vectors' decoded bignums are no values; only the encodings matter here.
        return java.util.regex.Pattern.compile("\"hex\"\\s*:\\s*\"([0-9a-f]+)\"")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .map(hex -> DynamicTest.dynamicTest(hex, () -> check(hex)));
    }

    private static void check(String hex) {
        byte[] item = HexFormat.of().parseHex(hex);
        byte[] frame = new CborWriter()
                .startMap(3)
                .text("data")
                .raw(item)
                .text("op")
                .text("put")
                .text("id")
                .integer(4711)
                .toByteArray();
        if (NOT_WELL_FORMED.contains(hex)) {
            assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                    PatchbayException.class, () -> RequestReader.read(frame))
                            .code()
                            .closeCode())
                    .isEqualTo(1007);
            return;
        }
        Read read = RequestReader.read(frame);
        if (read instanceof Read.Refused refused) {
            assertThat(refused.id()).isEqualTo(4711);
            assertThat(refused.reason().code().name()).isEqualTo("VALUE_INVALID");
        } else if (read instanceof Read.Accepted accepted) {
            Value data = accepted.request().fields().findAny("data").orElseThrow();
            assertThat(Json.decode(Json.encode(data))).isEqualTo(data);
        }
    }
}
