package io.patchbay.plugins.manager;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds the jar of a plugin with one component, "greeter", whose parts a test may replace to make it bad. */
final class SamplePlugin {
    static final String NAME = "com.example.greeter";
    static final String SERVICE = "greeter";

    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final String version;
    private String fields = "";
    private String activate = "";
    private String references = "";
    private String fault = "\"\"";
    private String serviceType = "io.patchbay.api.plugin.Component";
    private String serviceName = SERVICE;

    private SamplePlugin(String version) {
        this.version = version;
        headers.put("Bundle-ManifestVersion", "2");
        headers.put("Bundle-SymbolicName", NAME);
        headers.put("Bundle-Version", version);
        headers.put("Import-Package", "io.patchbay.api.plugin,io.patchbay.api.document,io.patchbay.api");
        headers.put("Service-Component", "OSGI-INF/greeter.xml");
        headers.put("Require-Capability", "osgi.extender;filter:=\"(osgi.extender=osgi.component)\"");
    }

    static SamplePlugin version(String version) {
        return new SamplePlugin(version);
    }

    SamplePlugin header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    SamplePlugin without(String header) {
        headers.remove(header);
        return this;
    }

    SamplePlugin entry(String path, byte[] bytes) {
        entries.put(path, bytes);
        return this;
    }

    /** Java statements that run when the component is activated. */
    SamplePlugin onActivate(String statements) {
        activate = statements;
        return this;
    }

    SamplePlugin fields(String declarations) {
        fields = declarations;
        return this;
    }

    SamplePlugin references(String xml) {
        references = xml;
        return this;
    }

    SamplePlugin unhealthy(String sentence) {
        return faultFrom("\"" + sentence + "\"");
    }

    /** A Java expression of what its health check says, empty if all is well. */
    SamplePlugin faultFrom(String expression) {
        fault = expression;
        return this;
    }

    SamplePlugin offers(String type, String name) {
        serviceType = type;
        serviceName = name;
        return this;
    }

    /** A bundle activator whose start runs these statements. */
    SamplePlugin activator(String statements) {
        headers.put("Bundle-Activator", "com.example.greeter.Starter");
        headers.merge("Import-Package", "org.osgi.framework", (a, b) -> a + "," + b);
        entries.putAll(compile("Starter", """
                package com.example.greeter;
                public class Starter implements org.osgi.framework.BundleActivator {
                    public void start(org.osgi.framework.BundleContext context) throws Exception { %s }
                    public void stop(org.osgi.framework.BundleContext context) {}
                }
                """.formatted(statements)));
        return this;
    }

    Path build(Path folder) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        if (!headers.containsKey("Bundle-Activator")) {
            all.putAll(compile("Greeter", source()));
            all.put("OSGI-INF/greeter.xml", xml().getBytes(StandardCharsets.UTF_8));
        } else {
            headers.remove("Service-Component");
        }
        all.putAll(entries);
        Path jar = Files.createTempFile(Files.createDirectories(folder), "greeter-" + version + "-", ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out, manifest())) {
            for (Map.Entry<String, byte[]> entry : all.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return jar;
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        return manifest;
    }

    private String xml() {
        return """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="greeter" activate="activate" deactivate="deactivate">
                  <implementation class="com.example.greeter.Greeter"/>
                  <service><provide interface="%s"/><provide interface="io.patchbay.api.plugin.HealthCheck"/></service>
                  <property name="patchbay.name" value="%s"/>
                  %s
                </scr:component>
                """.formatted(serviceType, serviceName, references);
    }

    private String source() {
        return """
                package com.example.greeter;
                import io.patchbay.api.plugin.*;
                public class Greeter implements Component, HealthCheck, Runnable, io.patchbay.api.document.DocumentStoreFactory {
                    private volatile boolean stopped;
                    %s
                    public void activate() throws Exception { %s }
                    public void deactivate() { stopped = true; }
                    public ComponentState describe() {
                        if (stopped) throw new IllegalStateException("called after its end");
                        Thread.yield();
                        if (stopped) throw new IllegalStateException("ended under a call");
                        return ComponentState.of("greeter", "%s", java.util.Map.of());
                    }
                    public java.util.Optional<String> findFault() { return java.util.Optional.of(%s).filter(s -> !s.isEmpty()); }
                    public void run() {}
                    public String adapter() { return "%s"; }
                    public io.patchbay.api.document.DocumentStore open(java.nio.file.Path d, java.util.Map<String, String> s) { throw new IllegalStateException(); }
                }
                """.formatted(fields, activate, version, fault, serviceName);
    }

    static Map<String, byte[]> compile(String className, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();
        JavaFileObject input =
                new SimpleJavaFileObject(
                        URI.create("string:///com/example/greeter/" + className + ".java"),
                        JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaFileManager files =
                new ForwardingJavaFileManager<JavaFileManager>(compiler.getStandardFileManager(null, null, null)) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                        return new SimpleJavaFileObject(URI.create("mem:///" + name), kind) {
                            @Override
                            public OutputStream openOutputStream() {
                                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                                classes.put(name.replace('.', '/') + ".class", bytes);
                                return bytes;
                            }
                        };
                    }
                };
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        try (files) {
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of("-classpath", classPath, "-proc:none", "-Xlint:none", "--release", "17"),
                            null,
                            List.of(input))
                    .call();
            if (!compiled) {
                throw new IllegalStateException("does not compile: " + source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, byte[]> result = new LinkedHashMap<>();
        classes.forEach((name, bytes) -> result.put(name, bytes.toByteArray()));
        return result;
    }
}
