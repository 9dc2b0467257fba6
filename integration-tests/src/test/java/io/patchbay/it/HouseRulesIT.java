package io.patchbay.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.patchbay.it.BundleJar.ComponentReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules that hold the house up, checked on the bundles as they are shipped: what their manifests say, and what their classes do. */
class HouseRulesIT {
    private static final String API = "io.patchbay.api";
    private static final Path ROOT = Path.of("..");

    /** What can be swapped is reached by a lease: a component that referred to it directly would go down with it. */
    private static final Set<String> SWAPPABLE = Set.of(
            "io.patchbay.api.auth.AuthMethod",
            "io.patchbay.api.auth.TokenIssuer",
            "io.patchbay.api.document.DocumentStoreFactory",
            "io.patchbay.api.http.HttpRoute",
            "io.patchbay.api.http.Transport",
            "io.patchbay.api.protocol.Protocol");

    private final List<BundleJar> node = ours(Distribution.shared().folder().resolve("bundles"));
    private final List<BundleJar> samples = modules("sample-plugins").stream()
            .flatMap(module -> ours(module.resolve("target")).stream())
            .toList();

    /** The root packages of what stands in the folder bundles, each equal to its bundle's symbolic name. */
    private final List<String> swappableBundles = modules("bundles").stream()
            .map(module -> "io.patchbay." + module.getFileName().toString().replace('-', '.'))
            .toList();

    @Test
    void thePartsAreThere() {
        assertThat(node)
                .extracting(BundleJar::name)
                .contains(API, "io.patchbay.engine", "io.patchbay.plugins")
                .containsAll(swappableBundles);
        assertThat(samples).isNotEmpty();
    }

    @Test
    void pluginsApiDependsOnNothingElseHere() {
        assertThat(bundle(API).imports())
                .filteredOn(name -> name.startsWith("io.patchbay."))
                .allMatch(HouseRulesIT::isApi);
        noClasses()
                .that()
                .resideInAPackage(API + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.patchbay..").and(not(resideInAPackage(API + ".."))))
                .check(classes(node));
    }

    @Test
    void noPackageOfACoreBundleIsExportedOrImported() {
        for (BundleJar bundle : node) {
            assertThat(bundle.imports())
                    .as("imports of " + bundle.name())
                    .noneMatch(name -> swappableBundles.stream().anyMatch(root -> isIn(name, root)));
            if (swappableBundles.contains(bundle.name())) {
                assertThat(bundle.exports()).as("exports of " + bundle.name()).isEmpty();
            }
        }
    }

    @Test
    void noClassUsesACoreBundleFromOutside() {
        JavaClasses classes = classes(node);
        for (String root : swappableBundles) {
            noClasses()
                    .that(not(resideInAPackage(root + "..")))
                    .should()
                    .dependOnClassesThat(resideInAPackage(root + ".."))
                    .check(classes);
        }
    }

    @Test
    void samplePluginsImportThePluginsApiAlone() {
        for (BundleJar plugin : samples) {
            assertThat(plugin.imports())
                    .as("imports of " + plugin.name())
                    .filteredOn(name -> name.startsWith("io.patchbay."))
                    .allMatch(HouseRulesIT::isApi);
        }
    }

    @Test
    void onlyTheTransportUsesJetty() {
        noClasses()
                .that(not(resideInAnyPackage("io.patchbay.transport.http..", "org.eclipse.jetty..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.eclipse.jetty.."))
                .check(classes(node));
    }

    @Test
    void noComponentRefersToWhatCanBeSwapped() {
        for (BundleJar bundle : Stream.concat(node.stream(), samples.stream()).toList()) {
            assertThat(bundle.references())
                    .as("references of " + bundle.name())
                    .extracting(ComponentReference::type)
                    .doesNotContainAnyElementsOf(SWAPPABLE);
        }
    }

    private static boolean isApi(String packageName) {
        return isIn(packageName, API);
    }

    private static boolean isIn(String packageName, String root) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }

    private BundleJar bundle(String name) {
        return node.stream()
                .filter(bundle -> bundle.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JavaClasses classes(List<BundleJar> bundles) {
        List<JarFile> jars = new ArrayList<>();
        try {
            for (BundleJar bundle : bundles) {
                jars.add(new JarFile(bundle.file().toFile()));
            }
            return new ClassFileImporter().importJars(jars);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            jars.forEach(HouseRulesIT::close);
        }
    }

    private static void close(JarFile jar) {
        try {
            jar.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<BundleJar> ours(Path folder) {
        return list(folder).stream()
                .filter(file -> file.getFileName().toString().matches("patchbay-.*\\.jar"))
                .map(BundleJar::read)
                .toList();
    }

    private static List<Path> modules(String folder) {
        return list(ROOT.resolve(folder)).stream()
                .filter(module -> Files.exists(module.resolve("pom.xml")))
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
