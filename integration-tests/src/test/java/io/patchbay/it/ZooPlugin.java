package io.patchbay.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Builds a plugin that misbehaves out of a few lines of Java: an activator whose start and stop run them, with a method to register services. Everything that is left out behaves.
 *
 * <p>In the lines {@code context} is the bundle's context, and {@code offer(type, name, service)} registers a named service.
 */
final class ZooPlugin {
    private static final String PACKAGE = "com.example.zoo";

    private final String name;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private String version = "1.0.0";
    private String members = "";
    private String start = "";
    private String stop = "";

    private ZooPlugin(String name) {
        this.name = name;
        headers.put(
                "Import-Package",
                "org.osgi.framework,io.patchbay.api,io.patchbay.api.auth,io.patchbay.api.http,io.patchbay.api.migration,io.patchbay.api.plugin,io.patchbay.api.protocol");
    }

    static ZooPlugin named(String name) {
        return new ZooPlugin(name);
    }

    String name() {
        return PACKAGE + "." + name;
    }

    ZooPlugin version(String text) {
        version = text;
        return this;
    }

    ZooPlugin header(String header, String value) {
        headers.put(header, value);
        return this;
    }

    ZooPlugin entry(String path, byte[] bytes) {
        entries.put(path, bytes);
        return this;
    }

    /** Fields, methods and classes. */
    ZooPlugin members(String java) {
        members += java;
        return this;
    }

    ZooPlugin onStart(String java) {
        start += java;
        return this;
    }

    ZooPlugin onStop(String java) {
        stop = java;
        return this;
    }

    /** Offers a route of this name at {@code GET path}, whose answer is the expression. */
    ZooPlugin route(String route, String path, String expression) {
        members += """
                static final class Route_%1$s implements HttpRoute {
                    public List<String> patterns() { return List.of("GET %2$s"); }
                    public CompletionStage<HttpResponse> handle(HttpRequest request) { return %3$s; }
                }
                """.formatted(route, path, expression);
        start += "offer(HttpRoute.class, \"%1$s\", new Route_%1$s());".formatted(route);
        return this;
    }

    /** The answer 200 with a text. */
    static String answer(String text) {
        return "CompletableFuture.completedFuture(HttpResponse.of(200, \"text/plain\", \"%s\".getBytes()))"
                .formatted(text);
    }

    private String source() {
        return """
                package %s;
                import io.patchbay.api.*;
                import io.patchbay.api.auth.*;
                import io.patchbay.api.http.*;
                import io.patchbay.api.migration.*;
                import io.patchbay.api.plugin.*;
                import io.patchbay.api.protocol.*;
                import java.nio.ByteBuffer;
                import java.util.*;
                import java.util.concurrent.*;
                import java.util.concurrent.atomic.*;
                import org.osgi.framework.*;
                public final class Zoo implements BundleActivator {
                    static BundleContext context;
                    %s
                    static <T> void offer(Class<T> type, String name, T service) {
                        context.registerService(type, service, new Hashtable<>(Map.of("patchbay.name", name)));
                    }
                    public void start(BundleContext given) throws Exception { context = given; %s }
                    public void stop(BundleContext given) throws Exception { %s }
                }
                """.formatted(PACKAGE, members, start, stop);
    }

    Path build(Path folder) {
        try {
            Path work = Files.createTempDirectory(Files.createDirectories(folder), name);
            Path source = Files.writeString(work.resolve("Zoo.java"), source());
            compile(source, Files.createDirectories(work.resolve("classes")));
            Path jar = work.resolve(name + "-" + version + ".jar");
            write(jar, work.resolve("classes"));
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(Path source, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        int failed = compiler.run(
                null,
                null,
                null,
                "-classpath",
                classPath,
                "-proc:none",
                "-nowarn",
                "--release",
                "17",
                "-d",
                classes.toString(),
                source.toString());
        if (failed != 0) {
            throw new IllegalStateException("does not compile: " + source);
        }
    }

    private void write(Path jar, Path classes) throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        content.putAll(entries);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out, manifest())) {
            for (Map.Entry<String, byte[]> entry : content.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map.of(
                        "Bundle-ManifestVersion",
                        "2",
                        "Bundle-SymbolicName",
                        name(),
                        "Bundle-Version",
                        version,
                        "Bundle-Activator",
                        PACKAGE + ".Zoo")
                .forEach(main::putValue);
        headers.forEach(main::putValue);
        return manifest;
    }
}
