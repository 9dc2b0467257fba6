package io.patchbay.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the web build put into the bundle. Its table of contents, {@code contents.list}, has a line {@code page PATTERN PATH} for each page of the app, {@code inline ELEMENT SOURCE} for each script and style that stands in a page, and {@code file ETAG ENCODINGS PATH TYPE}
 * for each file, the encodings with commas between ({@code -} for none).
 */
final class WebFiles {
    private static final String CONTENTS = "contents.list";

    /** Paths of files by the paths of route patterns. */
    private final Map<String, String> pages = new LinkedHashMap<>();

    private final List<String> scripts = new ArrayList<>();
    private final List<String> styles = new ArrayList<>();
    private final Map<String, WebFile> files = new LinkedHashMap<>();
    /** By path with the encoding's suffix; bounded by what the bundle holds. */
    private final Map<String, byte[]> bytes = new ConcurrentHashMap<>();

    private WebFiles() {}

    static WebFiles load() {
        WebFiles all = new WebFiles();
        new String(resource(CONTENTS), StandardCharsets.UTF_8).lines().forEach(all::add);
        return all;
    }

    /** Paths of route patterns, beginning with a slash, and of the file that each shows. */
    Map<String, String> pages() {
        return Collections.unmodifiableMap(pages);
    }

    /** The scripts that stand in pages, as {@code 'sha256-...'}. */
    List<String> scripts() {
        return List.copyOf(scripts);
    }

    /** The styles that stand in pages, as {@code 'sha256-...'}. */
    List<String> styles() {
        return List.copyOf(styles);
    }

    Set<String> paths() {
        return files.keySet();
    }

    Optional<WebFile> find(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /** A file that every build has. */
    WebFile require(String path) {
        return find(path).orElseThrow(() -> new IllegalStateException("the console's bundle lacks " + path));
    }

    byte[] read(String path) {
        return bytes.computeIfAbsent(path, WebFiles::resource);
    }

    private void add(String line) {
        String[] words = line.split(" ", 5);
        switch (words[0]) {
            case "page" -> pages.put(words[1], words[2]);
            case "inline" -> (words[1].equals("script") ? scripts : styles).add(words[2]);
            case "file" -> files.put(words[3], new WebFile(words[3], words[4], words[1], encodings(words[2]), this));
            default -> throw new IllegalStateException("the console's " + CONTENTS + " has the line: " + line);
        }
    }

    private static List<Encoding> encodings(String names) {
        List<Encoding> encodings = new ArrayList<>();
        for (Encoding encoding : List.of(Encoding.BROTLI, Encoding.GZIP)) {
            if (List.of(names.split(",")).contains(encoding.token())) {
                encodings.add(encoding);
            }
        }
        return List.copyOf(encodings);
    }

    private static byte[] resource(String path) {
        try (InputStream in = WebFiles.class.getResourceAsStream("web/" + path)) {
            if (in == null) {
                throw new IllegalStateException("the console's bundle lacks " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + path, e);
        }
    }
}
