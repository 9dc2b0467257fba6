package io.patchbay.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Bundles under other versions, or other names, than they were built with. */
final class BundleVersion {
    private BundleVersion() {}

    /** A core bundle of the distribution, by the name of its folder, as the plugin {@code plugin} that takes its place. */
    static Path core(String name, String plugin, Path folder) {
        return write(core(name), "Bundle-SymbolicName", plugin, folder.resolve(plugin + ".jar"));
    }

    /** Another version of a core bundle of the distribution, by the name of its folder. */
    static Path ofCore(String name, String version, Path folder) {
        return of(core(name), version, folder.resolve(name + "-" + version + ".jar"));
    }

    static Path core(String name) {
        try (Stream<Path> bundles = Files.list(Distribution.shared().folder().resolve("bundles"))) {
            return bundles.filter(file -> file.getFileName().toString().startsWith("patchbay-" + name + "-"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path of(Path original, String version, Path target) {
        return write(original, "Bundle-Version", version, target);
    }

    /** With another text in its component descriptions, too. */
    static Path of(Path original, String version, Path target, UnaryOperator<String> components) {
        return write(original, "Bundle-Version", version, target, components);
    }

    /** With another header, and one more file, so that it is another jar. */
    private static Path write(Path original, String header, String value, Path target) {
        return write(original, header, value, target, UnaryOperator.identity());
    }

    private static Path write(
            Path original, String header, String value, Path target, UnaryOperator<String> components) {
        try (JarFile from = new JarFile(original.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().putValue(header, value);
            try (OutputStream file = Files.newOutputStream(target);
                    JarOutputStream jar = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : from.stream()
                        .filter(any -> !any.getName().equals(JarFile.MANIFEST_NAME))
                        .toList()) {
                    jar.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream content = from.getInputStream(entry)) {
                        byte[] bytes = content.readAllBytes();
                        jar.write(
                                entry.getName().startsWith("OSGI-INF/")
                                                && entry.getName().endsWith(".xml")
                                        ? components
                                                .apply(new String(bytes, StandardCharsets.UTF_8))
                                                .getBytes(StandardCharsets.UTF_8)
                                        : bytes);
                    }
                }
                jar.putNextEntry(new JarEntry("version.txt"));
                jar.write(value.getBytes(StandardCharsets.UTF_8));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
