package io.patchbay.api.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** JSONTestSuite (nst/JSONTestSuite): what must be accepted is, what must be refused is refused in our words, and what is free stays as it is recorded. */
@Tag("conformance")
class JsonConformanceTest {
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.MALFORMED, ErrorCode.VALUE_INVALID, ErrorCode.LIMIT_EXCEEDED);
    /** Valid JSON, but no value: RFC 8259 leaves the meaning of a key that comes twice open. */
    private static final Set<String> REFUSED_BY_THE_DATA_MODEL =
            Set.of("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json");

    @TestFactory
    Stream<DynamicTest> everyFileIsAcceptedOrRefusedAsItsNameSays() throws IOException {
        return files().stream()
                .filter(file -> !file.getFileName().toString().startsWith("i_"))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    @Test
    void whatTheSuiteLeavesOpenIsDecidedAsRecorded() throws IOException {
        Set<String> decided = new TreeSet<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (name.startsWith("i_")) {
                decided.add(name + ": " + outcome(file));
            }
        }
        try (InputStream recorded = JsonConformanceTest.class.getResourceAsStream("json-decisions.txt")) {
            Set<String> lines = new String(recorded.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(decided).isEqualTo(lines);
        }
    }

    private static void check(Path file) throws IOException {
        String name = file.getFileName().toString();
        boolean accepted = name.startsWith("y_") && !REFUSED_BY_THE_DATA_MODEL.contains(name);
        assertThat(outcome(file).equals("accepted")).isEqualTo(accepted);
    }

    private static String outcome(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            Value value = Json.decode(bytes);
            assertThat(Json.decode(Json.encode(value))).isEqualTo(value);
            assertThat(Cbor.decode(Cbor.encode(value))).isEqualTo(value);
            return "accepted";
        } catch (PatchbayException e) {
            assertThat(REFUSALS).contains(e.code());
            return e.code().name();
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(
                Path.of(System.getProperty("patchbay.conformance.data"), "json-test-suite", "test_parsing"))) {
            List<Path> sorted = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
            assertThat(sorted).hasSizeGreaterThan(100);
            return sorted;
        }
    }
}
