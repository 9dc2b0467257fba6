package io.patchbay.plugins.upgrade;

import io.patchbay.plugins.manager.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A distribution as the upgrade sees it: what it runs, by content. The same code under another version is the same, else no release would come without a restart.
 *
 * @param version as its launcher's file is named
 * @param libraries what stands on the class path: the fingerprints, by file names without their versions
 * @param bundles in the order of its list
 */
record DistributionFiles(String version, Map<String, String> libraries, List<Part> bundles) {
    static final String LIST = "bundles.list";

    private static final Pattern LAUNCHER = Pattern.compile("patchbay-launcher-(.+)\\.jar");
    private static final Pattern VERSION = Pattern.compile("-\\d[^-]*(-[^-]+)?\\.jar$");
    private static final Pattern LINE = Pattern.compile("(\\d{1,2})\\s+(\\S+\\.jar)");

    DistributionFiles {
        libraries = Map.copyOf(libraries);
        bundles = List.copyOf(bundles);
    }

    /**
     * A bundle that the distribution starts.
     *
     * @param level its start level
     * @param file its name in the folder {@code bundles}
     * @param name its symbolic name
     * @param fingerprint of its content, whatever its version
     * @param digest SHA-256 of the file
     */
    record Part(int level, String file, String name, String version, String fingerprint, String digest) {}

    /** Where the files of a distribution are read from, by their paths in it. */
    interface Source {
        /** Names of the files in a folder, without the folder. */
        List<String> list(String folder) throws IOException;

        /** @throws IOException if there is no such file */
        InputStream open(String path) throws IOException;
    }

    static DistributionFiles ofFolder(Path folder) throws IOException {
        return of(new Source() {
            @Override
            public List<String> list(String name) throws IOException {
                try (Stream<Path> files = Files.list(folder.resolve(name))) {
                    return files.map(file -> file.getFileName().toString()).toList();
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
            }

            @Override
            public InputStream open(String path) throws IOException {
                return Files.newInputStream(folder.resolve(path));
            }
        });
    }

    static DistributionFiles of(Source source) throws IOException {
        Map<String, String> libraries = new TreeMap<>();
        List<String> files = source.list("lib");
        for (String file : files) {
            libraries.put(VERSION.matcher(file).replaceFirst(""), Fingerprint.of(source.open("lib/" + file)));
        }
        String version = files.stream()
                .map(LAUNCHER::matcher)
                .filter(Matcher::matches)
                .map(launcher -> launcher.group(1))
                .findFirst()
                .orElseThrow(() -> new IOException("it has no lib/patchbay-launcher-VERSION.jar"));
        List<Part> bundles = new ArrayList<>();
        String list;
        try (InputStream in = source.open(LIST)) {
            list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (String line : list.lines().toList()) {
            Matcher bundle = LINE.matcher(line.strip());
            if (bundle.matches()) {
                bundles.add(part(source, Integer.parseInt(bundle.group(1)), bundle.group(2)));
            }
        }
        return new DistributionFiles(version, libraries, bundles);
    }

    private static Part part(Source source, int level, String file) throws IOException {
        String path = "bundles/" + file;
        try (JarInputStream jar = new JarInputStream(source.open(path))) {
            Manifest manifest = jar.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
            if (name == null) {
                throw new IOException(path + " is no bundle");
            }
            String version = manifest.getMainAttributes().getValue("Bundle-Version");
            return new Part(
                    level,
                    file,
                    name.split(";", 2)[0].strip(),
                    version == null ? "0" : version,
                    Fingerprint.of(source.open(path)),
                    digest(source, path));
        }
    }

    private static String digest(Source source, String path) throws IOException {
        try (InputStream in = source.open(path)) {
            return Sha256.of(in);
        }
    }

    Optional<Part> find(String symbolicName) {
        return bundles.stream().filter(part -> part.name().equals(symbolicName)).findFirst();
    }
}
