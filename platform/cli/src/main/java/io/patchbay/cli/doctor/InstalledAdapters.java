package io.patchbay.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of the store adapters that jars bring, by the component descriptions in them. */
final class InstalledAdapters {
    private static final String SERVICE = "io.patchbay.api.document.DocumentStoreFactory";
    private static final Pattern NAME = Pattern.compile("<property name=\"patchbay\\.name\"[^>]*\\bvalue=\"([^\"]+)\"");

    private InstalledAdapters() {}

    /** Those of the distribution and of the plugins that are wanted. */
    static Set<String> of(Patient patient) throws IOException {
        List<Path> jars = new ArrayList<>(jars(
                patient.distribution().map(folder -> folder.resolve("bundles")).orElse(Path.of(""))));
        Path plugins = patient.data().resolve("plugins");
        for (Path jar : PluginChecks.wanted(patient).values()) {
            if (Files.isRegularFile(plugins.resolve(jar))) {
                jars.add(plugins.resolve(jar));
            }
        }
        Set<String> names = new TreeSet<>();
        for (Path jar : jars) {
            names.addAll(adapters(jar));
        }
        return names;
    }

    private static List<Path> jars(Path folder) throws IOException {
        if (folder.toString().isEmpty() || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static Set<String> adapters(Path jar) throws IOException {
        Set<String> names = new TreeSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (entry.getName().startsWith("OSGI-INF/") && entry.getName().endsWith(".xml")) {
                    String xml = new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    Matcher name = NAME.matcher(xml);
                    if (xml.contains(SERVICE) && name.find()) {
                        names.add(name.group(1));
                    }
                }
            }
        }
        return names;
    }
}
