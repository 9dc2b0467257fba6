package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What is in the zip. */
class DistributionIT {

    private final Path folder = Distribution.shared().folder();

    @Test
    void bundlesListNamesEveryBundleOfTheFolderOnce() throws IOException {
        List<String> named = Files.readAllLines(Distribution.shared().bundlesList()).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.contains(" await "))
                .map(line -> line.split("\\s+")[1])
                .toList();
        assertThat(named).containsExactlyInAnyOrderElementsOf(namesIn(folder.resolve("bundles")));
    }

    @Test
    void everyBundleHasAnIdentity() throws IOException {
        for (String name : namesIn(folder.resolve("bundles"))) {
            try (JarFile jar =
                    new JarFile(folder.resolve("bundles").resolve(name).toFile())) {
                assertThat(jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"))
                        .as(name)
                        .isNotBlank();
            }
        }
    }

    @Test
    void contentsListsEveryFile() throws IOException {
        List<String> listed =
                Files.readAllLines(folder.resolve("CONTENTS")).stream().skip(2).toList();
        try (ZipFile zip = new ZipFile(Distribution.zip().toFile())) {
            List<String> files = zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(entry -> entry.getName().substring(entry.getName().indexOf('/') + 1))
                    .filter(name -> !name.equals("CONTENTS"))
                    .toList();
            assertThat(listed).containsExactlyInAnyOrderElementsOf(files);
        }
    }

    @Test
    void licenceAndNoticeAreInIt() {
        assertThat(folder.resolve("LICENSE")).content().contains("Apache License", "Version 2.0");
        assertThat(folder.resolve("NOTICE")).content().contains("Patchbay");
        assertThat(folder.resolve("bin/patchbay.bat")).isRegularFile();
        assertThat(folder.resolve("conf/patchbay.yaml")).isRegularFile();
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
