package io.patchbay.it;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Makes the zip of another release out of the one that was built: all of Patchbay's own files bear another version, and chosen jars hold other content. */
final class ReleaseZip {
    private static final String BUILT = "0.1.0";
    private static final Set<String> VERSIONS = Set.of("Bundle-Version", "Implementation-Version");

    private final String version;
    private final Set<String> changed;
    private final Map<String, UnaryOperator<String>> texts = new HashMap<>();

    /** @param changed the jars, by their names without "patchbay-" and version, that are to hold other content */
    ReleaseZip(String version, String... changed) {
        this.version = version;
        this.changed = Set.of(changed);
    }

    /** Edits a text file, by its path in the distribution. */
    ReleaseZip edit(String path, UnaryOperator<String> change) {
        texts.put(path, change);
        return this;
    }

    Path build(Path folder) {
        Path target = folder.resolve("patchbay-" + version + ".zip");
        try (InputStream in = Files.newInputStream(Distribution.zip());
                ZipInputStream from = new ZipInputStream(in);
                OutputStream out = Files.newOutputStream(target);
                ZipOutputStream to = new ZipOutputStream(out)) {
            for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
                to.putNextEntry(new ZipEntry(renamed(entry.getName())));
                if (!entry.isDirectory()) {
                    to.write(content(entry.getName(), from.readAllBytes()));
                }
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String renamed(String text) {
        return text.replaceAll("(patchbay(-[a-z0-9-]+)?)-" + BUILT.replace(".", "\\."), "$1-" + version);
    }

    private byte[] content(String path, byte[] bytes) throws IOException {
        String inside = path.substring(path.indexOf('/') + 1);
        if (inside.matches("(bundles|lib)/patchbay-.*\\.jar")) {
            String name = inside.replaceFirst(".*/patchbay-(.*)-" + BUILT + "\\.jar", "$1");
            return jar(bytes, changed.contains(name));
        }
        if (inside.startsWith("bin/") || inside.equals("bundles.list") || inside.equals("CONTENTS")) {
            String text = renamed(new String(bytes, StandardCharsets.UTF_8));
            return texts.getOrDefault(inside, UnaryOperator.identity())
                    .apply(text)
                    .getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    private byte[] jar(byte[] bytes, boolean change) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JarInputStream from = new JarInputStream(new ByteArrayInputStream(bytes), false)) {
            Manifest manifest = new Manifest(from.getManifest());
            Attributes main = manifest.getMainAttributes();
            main.replaceAll((name, value) -> VERSIONS.contains(name.toString())
                    ? version
                    : name.equals(Attributes.Name.CLASS_PATH) ? renamed(value.toString()) : value);
            try (JarOutputStream to = new JarOutputStream(out, manifest)) {
                for (JarEntry entry = from.getNextJarEntry(); entry != null; entry = from.getNextJarEntry()) {
                    to.putNextEntry(new JarEntry(entry.getName()));
                    from.transferTo(to);
                }
                if (change) {
                    to.putNextEntry(new JarEntry("release.txt"));
                    to.write(version.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return out.toByteArray();
    }
}
