package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.PlanNeed;
import io.patchbay.plugins.switchboard.BundleServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
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
        return needs.stream()
                .filter(need -> !need.isService())
                .filter(need -> find(need, leaving).isEmpty())
                .map(need -> unmet(who, need, leaving))
                .toList();
    }

    private String unmet(String who, Need need, Optional<Bundle> leaving) {
        return "%s needs %s: %s.".formatted(who, need.shown(), advise(need, leaving));
    }

    /** A sentence for each service that the plugin refers to and that nobody offers now: what refers to it waits for it. */
    List<String> listUnmetServices(PluginJar jar, Optional<Bundle> leaving) {
        return jar.needs().stream()
                .filter(Need::isService)
                .filter(need -> find(need, leaving).isEmpty())
                .map(need -> unmet(jar.name() + " " + jar.version(), need, leaving))
                .toList();
    }

    /** All that the plugin needs, and who offers it. */
    List<PlanNeed> list(PluginJar jar, Optional<Bundle> leaving) {
        return jar.needs().stream()
                .map(need -> describe(need, leaving))
                .distinct()
                .sorted(Comparator.comparing(PlanNeed::kind).thenComparing(PlanNeed::name))
                .toList();
    }

    private PlanNeed describe(Need need, Optional<Bundle> leaving) {
        Optional<Offer> offer = find(need, leaving);
        return new PlanNeed(
                need.kind(),
                need.name(),
                need.range(),
                offer.map(Offer::bundle),
                offer.map(Offer::version).map(Version::toString),
                offer.isPresent() ? Optional.empty() : Optional.of(advise(need, leaving)));
    }

    /** Who offers something. */
    private record Offer(String bundle, Version version) {}

    /** Of several the one with the highest version, which is what the framework prefers too. */
    private Optional<Offer> find(Need need, Optional<Bundle> leaving) {
        if (need.isService()) {
            return findService(need, leaving);
        }
        return others(leaving)
                .filter(bundle -> isUsable(bundle, new HashSet<>()))
                .flatMap(bundle -> capabilities(bundle, need.namespace()).stream()
                        .filter(offer -> need.isMetBy(offer.getAttributes()))
                        .map(offer -> offerOf(bundle, offer)))
                .max(Comparator.comparing(Offer::version));
    }

    private static Offer offerOf(Bundle bundle, BundleCapability capability) {
        Object version = capability.getAttributes().get(Constants.VERSION_ATTRIBUTE);
        return new Offer(bundle.getSymbolicName(), version instanceof Version known ? known : bundle.getVersion());
    }

    private Optional<Offer> findService(Need need, Optional<Bundle> leaving) {
        return need.serviceType()
                .flatMap(type -> others(leaving)
                        .filter(bundle -> registers(bundle, type))
                        .map(bundle -> new Offer(bundle.getSymbolicName(), bundle.getVersion()))
                        .findFirst());
    }

    private static boolean registers(Bundle bundle, String type) {
        return BundleServices.registeredBy(bundle).stream()
                .anyMatch(reference -> Checkup.types(reference).contains(type));
    }

    private Stream<Bundle> others(Optional<Bundle> leaving) {
        return Stream.of(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null)
                .filter(bundle -> !leaving.filter(bundle::equals).isPresent());
    }

    private static boolean isResolved(Bundle bundle) {
        return (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    }

    /** Whether it is resolved, or would be at once: what is stopped since the node's start is neither resolved nor in want of anything. */
    private boolean isUsable(Bundle bundle, Set<Bundle> looking) {
        if (isResolved(bundle)) {
            return true;
        }
        if (bundle.getState() == Bundle.UNINSTALLED || !looking.add(bundle)) {
            return false;
        }
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null
                && Need.of(revision).stream()
                        .filter(need -> !need.isService())
                        .allMatch(need -> others(Optional.of(bundle))
                                .anyMatch(other -> offers(other, need) && isUsable(other, looking)));
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
        if (need.isService()) {
            return need.serviceType()
                    .flatMap(type ->
                            notStarted(need, leaving).or(() -> notInstalled(Constants.PROVIDE_CAPABILITY, type)))
                    .orElse("nobody in this node offers it");
        }
        Optional<String> unresolved = others(leaving)
                .filter(bundle -> !isResolved(bundle) && offers(bundle, need))
                .map(Bundle::getSymbolicName)
                .findFirst();
        if (unresolved.isPresent()) {
            return unresolved.get() + " offers it but lacks something itself";
        }
        return need.packageName()
                .flatMap(name -> otherVersion(name, leaving).or(() -> notInstalled(Constants.EXPORT_PACKAGE, name)))
                .orElse("nobody in this node offers it");
    }

    private Optional<String> notStarted(Need need, Optional<Bundle> leaving) {
        return others(leaving)
                .filter(bundle -> !PluginBundles.isRunning(bundle) && offers(bundle, need))
                .map(bundle -> "start %s, which offers it".formatted(bundle.getSymbolicName()))
                .findFirst();
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

    private Optional<String> notInstalled(String header, String name) {
        Pattern offered = Pattern.compile("(^|[,;\\s\"=])" + Pattern.quote(name) + "([,;\\s\"]|$)");
        return folders.stream()
                .flatMap(folder -> jars(folder).stream())
                .filter(jar -> offered.matcher(header(jar, header)).find())
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

    private static String header(Path jar, String name) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String header =
                    manifest == null ? null : manifest.getMainAttributes().getValue(name);
            // Quoted parts of exports are attributes such as "uses", which name packages too.
            return header == null
                    ? ""
                    : name.equals(Constants.EXPORT_PACKAGE) ? header.replaceAll("\"[^\"]*\"", "") : header;
        } catch (IOException e) {
            return "";
        }
    }
}
