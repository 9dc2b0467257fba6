package io.patchbay.plugins.manager;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/** Who in the node, or in its distribution, offers what a plugin needs. */
final class Offers {
    private final BundleContext context;
    private final List<Path> folders;

    /** @param folders with jars that are not installed but could be named as advice */
    Offers(BundleContext context, List<Path> folders) {
        this.context = context;
        this.folders = folders;
    }

    /**
     * A sentence for each need that nobody meets.
     *
     * @param leaving the version that goes when the plugin comes, which must not be counted on
     */
    List<String> listUnmet(PluginJar jar, Optional<Bundle> leaving) {
        return listUnmet(jar.name() + " " + jar.version(), jar.needs(), leaving);
    }

    /** The same of a bundle that is installed. */
    List<String> listUnmet(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return listUnmet(
                bundle.getSymbolicName() + " " + bundle.getVersion(),
                revision == null ? List.of() : Need.of(revision),
                Optional.of(bundle));
    }

    private List<String> listUnmet(String who, List<Need> needs, Optional<Bundle> leaving) {
        List<String> sentences = new ArrayList<>();
        for (Need need : needs) {
            if (!isMet(need, leaving)) {
                sentences.add("%s needs %s: %s.".formatted(who, need.shown(), advise(need, leaving)));
            }
        }
        return sentences;
    }

    private boolean isMet(Need need, Optional<Bundle> leaving) {
        return others(leaving).filter(Offers::isResolved).anyMatch(bundle -> offers(bundle, need));
    }

    private Stream<Bundle> others(Optional<Bundle> leaving) {
        return Stream.of(context.getBundles())
                .filter(bundle -> !leaving.filter(bundle::equals).isPresent());
    }

    private static boolean isResolved(Bundle bundle) {
        return (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    }

    private static boolean offers(Bundle bundle, Need need) {
        return capabilities(bundle, need.namespace()).stream().anyMatch(offer -> need.isMetBy(offer.getAttributes()));
    }

    private static List<BundleCapability> capabilities(Bundle bundle, String namespace) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null ? List.of() : revision.getDeclaredCapabilities(namespace);
    }

    private String advise(Need need, Optional<Bundle> leaving) {
        if (need.isJava()) {
            return "this node runs on Java " + Runtime.version().feature();
        }
        Optional<String> unresolved = others(leaving)
                .filter(bundle -> !isResolved(bundle) && offers(bundle, need))
                .map(Bundle::getSymbolicName)
                .findFirst();
        if (unresolved.isPresent()) {
            return unresolved.get() + " offers it but lacks something itself";
        }
        return need.packageName()
                .flatMap(name -> otherVersion(name, leaving).or(() -> notInstalled(name)))
                .orElse("nobody in this node offers it");
    }

    private Optional<String> otherVersion(String packageName, Optional<Bundle> leaving) {
        return others(leaving)
                .flatMap(bundle -> capabilities(bundle, PackageNamespace.PACKAGE_NAMESPACE).stream())
                .filter(offer -> packageName.equals(offer.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(offer -> "%s offers version %s of it"
                        .formatted(
                                offer.getRevision().getSymbolicName(),
                                offer.getAttributes().get(Constants.VERSION_ATTRIBUTE)))
                .findFirst();
    }

    private Optional<String> notInstalled(String packageName) {
        Pattern exported = Pattern.compile("(^|[,;\\s])" + Pattern.quote(packageName) + "([,;\\s]|$)");
        return folders.stream()
                .flatMap(folder -> jars(folder).stream())
                .filter(jar -> exported.matcher(exportHeader(jar)).find())
                .map(jar -> "install %s, which offers it".formatted(jar))
                .findFirst();
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String exportHeader(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String header =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            // Quoted parts are attributes such as "uses", which name packages too.
            return header == null ? "" : header.replaceAll("\"[^\"]*\"", "");
        } catch (IOException e) {
            return "";
        }
    }
}
