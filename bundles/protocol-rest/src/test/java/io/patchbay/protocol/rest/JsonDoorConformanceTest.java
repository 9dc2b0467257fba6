package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.protocol.rest.RestNode.Answered;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** JSONTestSuite through the doors that read a body: {@code y_} accepted, {@code n_} refused with 400 and never a 5xx, {@code i_} either, but the same at every door. */
@Tag("conformance")
class JsonDoorConformanceTest {
    /** Accepted by JSON's grammar, but no value of ours: keys that come twice. Each is refused with VALUE_INVALID. */
    private static final List<String> NO_VALUES =
            List.of("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json");

    @TestFactory
    Stream<DynamicTest> everyTextIsAcceptedOrRefusedAsItShouldBe() throws IOException {
        Path folder = Path.of(System.getProperty("patchbay.conformance.data"), "json-test-suite", "test_parsing");
        List<Path> files;
        try (Stream<Path> listed = Files.list(folder)) {
            files = listed.sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(200);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        byte[] text = Files.readAllBytes(file);
        String name = file.getFileName().toString();
        try (RestNode node = new RestNode()) {
            // The suite's texts are of any type; a document's field takes them all.
            int field = post(node, "/api/v1/collections/cities/documents", wrap("{\"v\":", text, "}"))
                    .status();
            int operation = post(
                            node,
                            "/api/v1/transactions",
                            wrap(
                                    "{\"operations\":[{\"op\":\"put\",\"collection\":\"cities\",\"data\":{\"v\":",
                                    text,
                                    "}}]}"))
                    .status();
            assertThat(operation == 200).as("the same at both doors").isEqualTo(field == 201);
            Answered bare = post(node, "/api/v1/collections/cities/documents", text);
            assertThat(bare.status()).isIn(201, 400);
            if (name.startsWith("y_") && !NO_VALUES.contains(name)) {
                assertThat(field).isEqualTo(201);
            } else if (name.startsWith("n_") || NO_VALUES.contains(name)) {
                assertThat(bare.status()).isEqualTo(400);
                assertThat(field).isIn(400, 201);
            } else {
                assertThat(field).isIn(400, 201);
            }
        }
    }

    private static Answered post(RestNode node, String path, byte[] body) {
        return node.ask("POST", path).body("application/json", body).send();
    }

    private static byte[] wrap(String before, byte[] text, String after) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            out.write(before.getBytes());
            out.write(text);
            out.write(after.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
