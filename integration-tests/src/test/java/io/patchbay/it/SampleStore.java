package io.patchbay.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The jar of the sample plugin store-h2, and further versions of it. */
final class SampleStore {
    static final String PLUGIN = "io.patchbay.store.h2";
    static final String ADAPTER = "h2";

    private SampleStore() {}

    static Path jar() {
        return Path.of(Objects.requireNonNull(
                System.getProperty("patchbay.storeH2"),
                "the system property patchbay.storeH2 must name the built plugin"));
    }

    /** The same plugin under another version, with one more file in it, so that it is another jar. */
    static Path version(String version, Path folder) {
        return version(jar(), version, folder);
    }

    /** The same of any plugin. */
    static Path version(Path plugin, String version, Path folder) {
        String name = plugin.getFileName().toString().replaceFirst("-[0-9.]+\\.jar$", "");
        Path target = folder.resolve(name + "-" + version + ".jar");
        try (JarFile original = new JarFile(plugin.toFile())) {
            Manifest manifest = new Manifest(original.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream file = Files.newOutputStream(target);
                    JarOutputStream jar = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : original.stream()
                        .filter(any -> !any.getName().equals(JarFile.MANIFEST_NAME))
                        .toList()) {
                    jar.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream content = original.getInputStream(entry)) {
                        content.transferTo(jar);
                    }
                }
                jar.putNextEntry(new JarEntry("version.txt"));
                jar.write(version.getBytes(StandardCharsets.UTF_8));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
