package io.patchbay.it;

import io.patchbay.api.hook.Hook;
import io.patchbay.api.plugin.Providers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** {@link MoodyHook} as the jar of a plugin, in any version. */
final class MoodyHookJar {
    static final String PLUGIN = "io.patchbay.it.moody";
    private static final String DESCRIPTION = "OSGI-INF/moody.xml";

    private MoodyHookJar() {}

    static Path version(String version, Path folder) throws IOException {
        Path jar = folder.resolve("moody-" + version + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest(version))) {
            String type = MoodyHook.class.getName();
            add(out, DESCRIPTION, description(type).getBytes(StandardCharsets.UTF_8));
            add(out, MoodyHook.VERSION_FILE.substring(1), version.getBytes(StandardCharsets.UTF_8));
            String path = type.replace('.', '/') + ".class";
            try (InputStream code = Objects.requireNonNull(MoodyHook.class.getResourceAsStream("/" + path))) {
                add(out, path, code.readAllBytes());
            }
        }
        return jar;
    }

    private static Manifest manifest(String version) {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.putValue("Manifest-Version", "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", PLUGIN);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Import-Package", imports("document", "hook"));
        headers.putValue("Service-Component", DESCRIPTION);
        headers.putValue(
                "Require-Capability",
                "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.5.0)(!(version>=2.0.0)))\"");
        return manifest;
    }

    private static String imports(String... packages) {
        StringBuilder imports = new StringBuilder();
        for (String name : packages) {
            imports.append(imports.isEmpty() ? "" : ",")
                    .append("io.patchbay.api.")
                    .append(name)
                    .append(";version=\"[0.1,1)\"");
        }
        return imports.toString();
    }

    private static String description(String type) {
        return """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%1$s">
              <property name="%2$s" value="%3$s"/>
              <service><provide interface="%4$s"/></service>
              <implementation class="%1$s"/>
            </scr:component>
            """.formatted(type, Providers.NAME, MoodyHook.NAME, Hook.class.getName());
    }

    private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
    }
}
