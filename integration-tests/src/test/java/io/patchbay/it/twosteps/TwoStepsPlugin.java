package io.patchbay.it.twosteps;

import io.patchbay.api.auth.AuthMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** The plugin that offers {@link TwoSteps}, in versions whose state differs. */
public final class TwoStepsPlugin {
    public static final String PLUGIN = "com.example.twosteps";

    private static final String COMPONENT = "OSGI-INF/two-steps.xml";

    private TwoStepsPlugin() {}

    /** @param adopts such as {@code 1,2} */
    public static byte[] jar(String version, int saves, String adopts) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JarOutputStream jar = new JarOutputStream(bytes, manifest(version))) {
                jar.putNextEntry(new ZipEntry(COMPONENT));
                jar.write(component(saves, adopts).getBytes(StandardCharsets.UTF_8));
                String path = TwoSteps.class.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(path));
                try (InputStream compiled = TwoSteps.class.getClassLoader().getResourceAsStream(path)) {
                    jar.write(Objects.requireNonNull(compiled).readAllBytes());
                }
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest manifest(String version) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map.of(
                        "Bundle-ManifestVersion",
                        "2",
                        "Bundle-SymbolicName",
                        PLUGIN,
                        "Bundle-Version",
                        version,
                        "Import-Package",
                        "io.patchbay.api,io.patchbay.api.auth,io.patchbay.api.document,io.patchbay.api.migration",
                        "Service-Component",
                        COMPONENT,
                        "Require-Capability",
                        "osgi.extender;filter:=\"(osgi.extender=osgi.component)\"")
                .forEach(main::putValue);
        return manifest;
    }

    private static String component(int saves, String adopts) {
        return """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="two-steps" activate="activate">
                  <implementation class="%s"/>
                  <service><provide interface="%s"/></service>
                  <property name="patchbay.name" value="%s"/>
                  <property name="patchbay.state.saves" value="%d"/>
                  <property name="patchbay.state.adopts" value="%s"/>
                </scr:component>
                """.formatted(TwoSteps.class.getName(), AuthMethod.class.getName(), TwoSteps.NAME, saves, adopts);
    }
}
