package io.patchbay.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A built bundle, as its manifest and its component descriptions tell of it.
 *
 * @param name its symbolic name
 * @param imports packages, those that are optional too
 */
record BundleJar(
        Path file, String name, List<String> imports, List<String> exports, List<ComponentReference> references) {
    private static final Pattern REFERENCE = Pattern.compile("<reference [^>]*>");
    private static final Pattern INTERFACE = Pattern.compile("interface=\"([^\"]*)\"");

    /** A service that a component refers to. */
    record ComponentReference(String component, String type) {}

    static BundleJar read(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            return new BundleJar(
                    file,
                    String.valueOf(manifest.getValue("Bundle-SymbolicName"))
                            .split(";", 2)[0]
                            .strip(),
                    packages(manifest.getValue("Import-Package")),
                    packages(manifest.getValue("Export-Package")),
                    references(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the clauses, of which each may have several, before their attributes. */
    private static List<String> packages(@Nullable String header) {
        if (header == null) {
            return List.of();
        }
        String unquoted = header.replaceAll("\"[^\"]*\"", "");
        return Stream.of(unquoted.split(","))
                .flatMap(clause -> Stream.of(clause.split(";")))
                .map(String::strip)
                .filter(part -> !part.contains("="))
                .toList();
    }

    private static List<ComponentReference> references(JarFile jar) throws IOException {
        List<ComponentReference> references = new ArrayList<>();
        for (JarEntry entry : jar.stream()
                .filter(e -> e.getName().matches("OSGI-INF/[^/]+\\.xml"))
                .toList()) {
            String xml = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
            Matcher reference = REFERENCE.matcher(xml);
            while (reference.find()) {
                Matcher type = INTERFACE.matcher(reference.group());
                if (type.find()) {
                    references.add(new ComponentReference(entry.getName(), type.group(1)));
                }
            }
        }
        return references;
    }
}
