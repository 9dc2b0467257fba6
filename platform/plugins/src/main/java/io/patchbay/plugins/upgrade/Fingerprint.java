package io.patchbay.plugins.upgrade;

import io.patchbay.plugins.manager.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;

/** Tells whether two jars hold the same code and need and offer the same, whatever versions and build tools they name. */
final class Fingerprint {
    /** What differs from release to release without meaning anything to the framework; the class path names files, which are compared themselves. */
    private static final Set<String> IGNORED = Set.of(
            "Bundle-Version",
            "Implementation-Version",
            "Specification-Version",
            "Created-By",
            "Build-Jdk",
            "Build-Jdk-Spec",
            "Bnd-LastModified",
            "Archiver-Version",
            "Built-By",
            "Class-Path",
            "Tool");

    private Fingerprint() {}

    /** SHA-256 in hex; closes {@code in}. */
    static String of(InputStream in) throws IOException {
        Map<String, String> parts = new TreeMap<>();
        try (JarInputStream jar = new JarInputStream(in, false)) {
            Manifest manifest = jar.getManifest();
            if (manifest != null) {
                manifest.getMainAttributes().forEach((name, value) -> {
                    if (!IGNORED.contains(name.toString())) {
                        parts.put("manifest " + name, String.valueOf(value));
                    }
                });
            }
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                boolean says = entry.isDirectory() || entry.getName().startsWith("META-INF/maven/");
                if (!says) {
                    parts.put("entry " + entry.getName(), Sha256.of(jar));
                }
            }
        }
        StringBuilder all = new StringBuilder();
        parts.forEach((name, part) -> all.append(name).append('=').append(part).append('\n'));
        return Sha256.of(all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
