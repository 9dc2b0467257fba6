package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * Looks through a jar, before the framework sees it, for all that keeps it from being a plugin: every entry is read once, within limits, nested jars too.
 *
 * <p>Every complaint is a PLUGIN_INVALID with the exact reason. Used by one thread.
 */
final class JarInspection {
    static final long UNPACKED_BYTES = 1L << 30;
    static final int ENTRIES = 100_000;
    static final int NESTED_JARS = 4;
    static final int MANIFEST_BYTES = 1 << 20;

    /** An entry larger than {@link #RATIO_FROM_BYTES} that packs better than this is no code. */
    static final int RATIO = 100;

    static final long RATIO_FROM_BYTES = 16L << 20;

    private static final int CLASS_MAGIC = 0xCAFEBABE;
    private static final int JAVA_TO_CLASS_VERSION = 44;
    private static final Pattern NATIVE = Pattern.compile("(?i).*\\.(so|dll|dylib|jnilib)(\\.[0-9.]+)?");
    private static final Pattern DRIVER_LIBRARY = Pattern.compile("(?i).*(sqlite|rocksdb|duckdb).*");
    private static final Pattern MULTI_RELEASE = Pattern.compile("META-INF/versions/(\\d+)/.*");
    private static final Pattern SYMBOLIC_NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final List<String> DRIVER_PACKAGES = List.of("/org/sqlite/", "/org/rocksdb/", "/org/duckdb/");

    private final Set<String> carriedLibraries;
    private final String shownName;
    private final byte[] buffer = new byte[1 << 16];
    private long unpacked;

    /**
     * @param carriedLibraries file names of the native libraries that the node has already, in lower case
     * @param shownName what the user calls the jar
     */
    JarInspection(Set<String> carriedLibraries, String shownName) {
        this.carriedLibraries = carriedLibraries;
        this.shownName = shownName;
    }

    /**
     * What a jar says of itself.
     *
     * @param manifest its manifest
     */
    record Findings(String name, Version version, Manifest manifest, List<DeclaredService> services, boolean signed) {}

    Findings inspect(Path jar) {
        try (ZipFile zip = open(jar)) {
            List<? extends ZipEntry> entries = Collections.list(zip.entries());
            checkNames(entries);
            Manifest manifest = readManifest(zip);
            String name = symbolicName(manifest);
            for (ZipEntry entry : entries) {
                checkContent(zip, entry);
            }
            return new Findings(name, version(manifest), manifest, services(zip, manifest), isSigned(entries));
        } catch (IOException e) {
            throw invalid("is damaged: " + e.getMessage());
        }
    }

    private ZipFile open(Path jar) throws IOException {
        try {
            return new ZipFile(jar.toFile());
        } catch (ZipException e) {
            throw startsAsZip(jar)
                    ? invalid("is truncated or damaged: " + e.getMessage())
                    : invalid("is not a jar: it doesn't start as a zip file does");
        }
    }

    private static boolean startsAsZip(Path jar) throws IOException {
        try (InputStream in = Files.newInputStream(jar)) {
            return in.read() == 'P' && in.read() == 'K';
        }
    }

    private void checkNames(List<? extends ZipEntry> entries) {
        if (entries.size() > ENTRIES) {
            throw invalid("has %d entries, more than %d".formatted(entries.size(), ENTRIES));
        }
        Set<String> names = new HashSet<>();
        for (ZipEntry entry : entries) {
            checkPath(entry.getName());
            if (!names.add(entry.getName())) {
                throw invalid("has two entries named " + entry.getName());
            }
        }
    }

    private void checkPath(String name) {
        boolean climbs = List.of(name.split("/", -1)).contains("..");
        if (climbs
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || name.matches("[A-Za-z]:.*")) {
            throw invalid("has an entry with an unsafe path: " + name);
        }
    }

    private Manifest readManifest(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry("META-INF/MANIFEST.MF");
        if (entry == null) {
            throw invalid("is not a bundle: it has no manifest");
        }
        byte[] bytes = read(zip, entry, MANIFEST_BYTES);
        try {
            return new Manifest(new ByteArrayInputStream(bytes));
        } catch (IOException | IllegalArgumentException e) {
            throw invalid("has a malformed manifest: " + e.getMessage());
        }
    }

    private byte[] read(ZipFile zip, ZipEntry entry, int atMost) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(atMost + 1);
            if (bytes.length > atMost) {
                throw invalid("has an entry %s of more than %d KiB".formatted(entry.getName(), atMost >> 10));
            }
            return bytes;
        }
    }

    private String symbolicName(Manifest manifest) {
        String header = manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (header == null) {
            throw invalid("is not a bundle: its manifest has no Bundle-SymbolicName");
        }
        if (!"2".equals(strip(manifest.getMainAttributes().getValue(Constants.BUNDLE_MANIFESTVERSION)))) {
            throw invalid("is not a bundle of today: its manifest has no Bundle-ManifestVersion 2");
        }
        String host = manifest.getMainAttributes().getValue(Constants.FRAGMENT_HOST);
        if (host != null) {
            throw invalid("is a fragment of %s, and a plugin must be a bundle of its own"
                    .formatted(host.split(";", 2)[0].strip()));
        }
        String name = header.split(";", 2)[0].strip();
        if (!SYMBOLIC_NAME.matcher(name).matches()) {
            throw invalid("has a malformed Bundle-SymbolicName: " + name);
        }
        return name;
    }

    private static String strip(@Nullable String text) {
        return text == null ? "" : text.strip();
    }

    private Version version(Manifest manifest) {
        String header = manifest.getMainAttributes().getValue(Constants.BUNDLE_VERSION);
        try {
            return Version.parseVersion(header);
        } catch (IllegalArgumentException e) {
            throw invalid("has a malformed Bundle-Version: " + header);
        }
    }

    private static boolean isSigned(List<? extends ZipEntry> entries) {
        return entries.stream().anyMatch(entry -> entry.getName().matches("META-INF/[^/]+\\.SF"));
    }

    private void checkContent(ZipFile zip, ZipEntry entry) throws IOException {
        if (entry.isDirectory()) {
            return;
        }
        CRC32 crc = new CRC32();
        long before = unpacked;
        try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), crc)) {
            scan(entry.getName(), in, entry.getCompressedSize(), 0);
        }
        if (entry.getCrc() != -1 && entry.getCrc() != crc.getValue()) {
            throw invalid("is damaged: the checksum of %s is wrong (read %d bytes)"
                    .formatted(entry.getName(), unpacked - before));
        }
    }

    /** Reads {@code in} to its end. */
    private void scan(String name, InputStream in, long packedBytes, int depth) throws IOException {
        checkOwner(name);
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".jar") || lower.endsWith(".zip") || lower.endsWith(".war")) {
            scanNested(name, in, depth + 1);
        } else if (lower.endsWith(".class")) {
            byte[] head = in.readNBytes(8);
            unpacked += head.length;
            checkClassVersion(name, head);
        }
        long own = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            own += read;
            unpacked += read;
            if (unpacked > UNPACKED_BYTES) {
                throw invalid("unpacks to more than %d MiB".formatted(UNPACKED_BYTES >> 20));
            }
            if (own > RATIO_FROM_BYTES && packedBytes > 0 && own / packedBytes > RATIO) {
                throw invalid("has an entry that unpacks to more than %d times its size: %s".formatted(RATIO, name));
            }
        }
    }

    private void scanNested(String name, InputStream in, int depth) throws IOException {
        if (depth > NESTED_JARS) {
            throw invalid("has jars nested deeper than %d: %s".formatted(NESTED_JARS, name));
        }
        ZipInputStream nested = new ZipInputStream(new BufferedInputStream(in));
        int entries = 0;
        for (ZipEntry entry = nested.getNextEntry(); entry != null; entry = nested.getNextEntry()) {
            if (++entries > ENTRIES) {
                throw invalid("has a nested jar of more than %d entries: %s".formatted(ENTRIES, name));
            }
            if (!entry.isDirectory()) {
                scan(name + "!/" + entry.getName(), nested, -1, depth);
            }
        }
    }

    /** SQLite, RocksDB and DuckDB exist once per process: a second copy leaks at every update and can destroy an open database. */
    private void checkOwner(String name) {
        String path = "/" + name.replace("!/", "/");
        for (String driver : DRIVER_PACKAGES) {
            if (path.contains(driver) && !path.endsWith("/")) {
                throw invalid(
                        "contains %s, which the node has as its one copy: import the package %s instead of embedding it"
                                .formatted(
                                        name,
                                        driver.substring(1, driver.length() - 1).replace('/', '.')));
            }
        }
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (NATIVE.matcher(file).matches()
                && (DRIVER_LIBRARY.matcher(file).matches()
                        || carriedLibraries.contains(file.toLowerCase(Locale.ROOT)))) {
            throw invalid("contains the native library %s, which the node has as its one copy".formatted(name));
        }
    }

    private void checkClassVersion(String name, byte[] head) {
        Matcher release =
                MULTI_RELEASE.matcher(name.substring(name.lastIndexOf("!/") + 1).replaceFirst("^/", ""));
        int java = Runtime.version().feature();
        if (release.matches() && Integer.parseInt(release.group(1)) > java) {
            return;
        }
        boolean isClass = head.length == 8 && ByteBuffer.wrap(head).getInt() == CLASS_MAGIC;
        if (!isClass) {
            throw invalid("has a class file that is none: " + name);
        }
        int needed = ((head[6] & 0xFF) << 8 | head[7] & 0xFF) - JAVA_TO_CLASS_VERSION;
        if (needed > java) {
            throw invalid("needs Java %d (class %s), and this node runs on Java %d".formatted(needed, name, java));
        }
    }

    private List<DeclaredService> services(ZipFile zip, Manifest manifest) throws IOException {
        String header = manifest.getMainAttributes().getValue("Service-Component");
        List<DeclaredService> services = new ArrayList<>();
        if (header == null) {
            return services;
        }
        for (String path : header.split(",")) {
            for (ZipEntry entry : matching(zip, path.strip())) {
                try {
                    services.addAll(ComponentDescriptions.parse(read(zip, entry, MANIFEST_BYTES)));
                } catch (XMLStreamException e) {
                    throw invalid("has a malformed component description %s: %s"
                            .formatted(entry.getName(), e.getMessage().replace('\n', ' ')));
                } catch (PatchbayException e) {
                    throw invalid("has a component description %s of which nothing can be told: %s"
                            .formatted(entry.getName(), e.getMessage()));
                }
            }
        }
        return services;
    }

    private List<? extends ZipEntry> matching(ZipFile zip, String path) {
        String regex = Pattern.quote(path).replace("*", "\\E[^/]*\\Q");
        List<? extends ZipEntry> found =
                zip.stream().filter(entry -> entry.getName().matches(regex)).toList();
        if (found.isEmpty() && !path.contains("*")) {
            throw invalid("lacks the component description %s that its manifest names".formatted(path));
        }
        return found;
    }

    private PatchbayException invalid(String reason) {
        return new PatchbayException(ErrorCode.PLUGIN_INVALID, "%s %s.".formatted(shownName, reason));
    }
}
