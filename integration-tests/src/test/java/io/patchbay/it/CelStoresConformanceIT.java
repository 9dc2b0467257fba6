package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import io.patchbay.testkit.cel.CelCase;
import io.patchbay.testkit.cel.CelCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The published cases of google/cel-spec as filters of a running node, on each document store: the variables of a case are the data of a document, and the filter must list exactly that document if the
 * case is true of it. The names most used are indexed, so that a store's own translation takes part. Cases that differ for a stated reason stand in the engine's {@code cel-differences.txt}.
 */
@Tag("conformance")
class CelStoresConformanceIT {
    private static final Path DIFFERENCES =
            Path.of("../platform/engine/src/test/resources/io/patchbay/engine/expression/cel-differences.txt");
    private static final String DOCUMENTS = "/collections/cases/documents";

    @TempDir
    Path home;

    @Test
    void everyCaseFiltersAlikeOnBothStores() throws Exception {
        List<CelCase> cases = filters();
        assertThat(cases).hasSizeGreaterThan(100);
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            Rest admin = operator.login(node.uri());
            admin.post(
                            "/collections",
                            Value.struct(
                                    "name", Value.of("cases"), "indexes", Value.texts(List.of("x", "y", "a", "m"))))
                    .expect(201);
            for (int i = 0; i < cases.size(); i++) {
                admin.put(
                                DOCUMENTS + "/case-" + i,
                                new Value.Struct(cases.get(i).variables()))
                        .expect(201);
            }
            assertThat(differing(cases, admin)).as("on sqlite").isEmpty();
            operator.run("plugin", "install", SampleStore.jar().toString());
            operator.run("store", "swap", "documents", "--to", SampleStore.ADAPTER, "--plaintext");
            assertThat(differing(cases, admin)).as("on h2").isEmpty();
        }
    }

    private static List<CelCase> filters() throws IOException {
        Set<String> listed = Files.readAllLines(DIFFERENCES).stream()
                .filter(line -> line.contains(": "))
                .map(line -> line.substring(0, line.indexOf(": ")))
                .collect(Collectors.toSet());
        return CelCases.read(Path.of(System.getProperty("patchbay.conformance.data"), "cel-spec")).stream()
                .filter(given -> given.isFilter() && !listed.contains(given.name()))
                .toList();
    }

    private static List<String> differing(List<CelCase> cases, Rest admin) {
        List<String> differing = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            CelCase given = cases.get(i);
            String id = "case-" + i;
            Rest.Answer answer = admin.get(DOCUMENTS + "?limit=1000&filter=" + Rest.encode(given.expression()));
            boolean mustBeThere = given.expected().filter(Value.TRUE::equals).isPresent();
            // As by CEL's own checker: 'horses' || true.
            boolean unchecked = given.name().contains("/short_circuit_type_");
            boolean refused = answer.status() == 400 && (given.expected().isEmpty() || unchecked);
            boolean there = answer.status() == 200
                    && answer.items().stream()
                            .anyMatch(document ->
                                    document.findText("id").filter(id::equals).isPresent());
            if (!refused && (answer.status() != 200 || there != mustBeThere)) {
                differing.add(given + " -> " + answer.status() + (there ? ", found" : ", not found")
                        + (answer.status() == 200 ? "" : " " + answer.text()));
            }
        }
        return differing;
    }
}
