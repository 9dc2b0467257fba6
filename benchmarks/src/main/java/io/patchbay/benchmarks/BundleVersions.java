package io.patchbay.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** One bundle of a distribution under any version. */
record BundleVersions(Path original) {
    /**
     * A bundle of the unpacked distribution.
     *
     * @param folder {@code bundles} or {@code samples}
     * @param name of the bundle's folder in the sources
     */
    static BundleVersions of(Path distribution, String folder, String name) throws IOException {
        try (Stream<Path> bundles = Files.list(distribution.resolve(folder))) {
            return new BundleVersions(
                    bundles.filter(file -> file.getFileName().toString().startsWith("patchbay-" + name + "-"))
                            .findFirst()
                            .orElseThrow(() -> new IOException("There is no " + name + " in " + distribution)));
        }
    }

    byte[] jar(String version) throws IOException {
        try (JarFile from = new JarFile(original.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
                for (JarEntry entry : (Iterable<JarEntry>) from.stream()::iterator) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        jar.putNextEntry(new JarEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(jar);
                    }
                }
            }
            return bytes.toByteArray();
        }
    }
}
