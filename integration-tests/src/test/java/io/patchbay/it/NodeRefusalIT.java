package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node refuses, and the sentence that it says then. */
class NodeRefusalIT {

    @TempDir
    Path home;

    @Test
    void secondNodeOnTheSameHomeIsRefusedWithThePidOfTheFirst() {
        try (Node first = Node.start(home)) {
            Node second = Node.launch(Distribution.shared(), home);
            assertThat(second.awaitExit()).isEqualTo(1);
            assertThat(second.log()).contains("is used by another node, process " + first.pid());
            assertThat(first.isAlive()).isTrue();
        }
    }

    @Test
    void homeOfANewerVersionIsRefused() throws IOException {
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data/format"), "99\n");
        assertThat(refusal()).contains("newer Patchbay").contains("format 99");
    }

    @Test
    void unknownPropertyIsRefusedWithTheNearestKnownName() throws IOException {
        configure("listen:\n  prot: 7000\n");
        assertThat(refusal()).contains("patchbay.yaml line 2: unknown property listen.prot; did you mean listen.port?");
    }

    @Test
    void brokenYamlIsRefusedWithItsLine() throws IOException {
        configure("listen:\n  port: [1\n");
        assertThat(refusal()).contains("patchbay.yaml line ");
    }

    @Test
    void addressThatIsNotLoopbackIsRefusedWithoutTls() throws IOException {
        configure("listen:\n  address: 0.0.0.0\n");
        assertThat(refusal())
                .contains("line 2: listen.address is 0.0.0.0, which other machines can reach, so it needs TLS");
    }

    @Test
    void changedConfigurationAppliesLiveAndAMistakenOneIsRefused() throws IOException {
        try (Node node = Node.start(home)) {
            configure("log:\n  level: loud\n");
            node.awaitLine("The changed configuration is refused and the old one stays: "
                    + home.resolve("conf/patchbay.yaml") + " line 2: log.level must be one of");
            configure("log:\n  level: debug\n");
            node.awaitLine("The changed configuration is applied");
        }
    }

    @Test
    void bundleThatDoesNotResolveIsNamedAndTheNodeStartsWithTheRest(@TempDir Path folder) throws IOException {
        Distribution distribution = Distribution.unpackTo(folder.resolve("unpacked"));
        bundle(distribution, "needy.jar", "example.needy", "Import-Package", "example.spare, example.nowhere");
        bundle(distribution, "spare.jar", "example.spare", "Export-Package", "example.spare");
        distribution.addToBundlesList("40 needy.jar");

        try (Node node = Node.start(distribution, home)) {
            assertThat(node.log())
                    .contains(
                            "example.needy lacks the package example.spare and the package example.nowhere: "
                                    + "bundles/spare.jar offers it, add it to bundles.list and no bundle of this distribution offers it.")
                    .contains("The node starts without");
        }
        // Known by now: the cache is not rebuilt for it at every start.
        try (Node node = Node.start(distribution, home)) {
            assertThat(node.log()).contains("example.needy lacks").doesNotContain("cache is rebuilt");
        }
    }

    @Test
    void bundleOfTheListThatIsNoFileIsNamed(@TempDir Path folder) {
        Distribution distribution = Distribution.unpackTo(folder.resolve("unpacked"));
        distribution.addToBundlesList("40 absent.jar");
        try (Node node = Node.start(distribution, home)) {
            assertThat(node.log()).contains("absent.jar stands in bundles.list but is not in the folder bundles");
        }
    }

    @Test
    void wrongArgumentsAreRefusedWithTheUsage() {
        Node node = Node.launch(Distribution.shared(), home, "--port", "seventy");
        assertThat(node.awaitExit()).isEqualTo(2);
        assertThat(node.log()).contains("--port needs a number from 0 to 65535, not 'seventy'");
    }

    private void configure(String yaml) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), yaml);
    }

    private String refusal() {
        Node node = Node.launch(Distribution.shared(), home);
        assertThat(node.awaitExit()).as(node.log()).isEqualTo(1);
        return node.log();
    }

    private static void bundle(Distribution distribution, String file, String name, String header, String value)
            throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", name);
        attributes.putValue(header, value);
        try (OutputStream out =
                Files.newOutputStream(distribution.folder().resolve("bundles").resolve(file))) {
            new JarOutputStream(out, manifest).close();
        }
    }
}
