package io.patchbay.launcher;

import java.io.File;
import java.util.LinkedHashSet;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Finds out what keeps a bundle from resolving and which bundle of the distribution could give it.
 *
 * <p>Files that are not installed are asked by installing them for a moment: that reads their manifests exactly as the framework would, and nothing of them runs.
 */
final class MissingRequirements {

    private static final int LONGEST_LIST = 3;

    private final BundleContext context;
    private final Distribution distribution;

    MissingRequirements(BundleContext context, Distribution distribution) {
        this.context = context;
        this.distribution = distribution;
    }

    /** One sentence. */
    String explain(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        Set<String> lacks = new LinkedHashSet<>();
        Set<String> advice = new LinkedHashSet<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            if (isOptional(requirement) || offers(bundle, requirement) || isMetByResolved(requirement)) {
                continue;
            }
            lacks.add(describe(requirement));
            advice.add(advise(bundle, requirement));
        }
        if (lacks.isEmpty()) {
            return bundle.getSymbolicName() + " does not resolve, because what it needs can't be had together.";
        }
        return bundle.getSymbolicName() + " lacks " + list(lacks) + ": " + list(advice) + ".";
    }

    private static String list(Set<String> parts) {
        int more = parts.size() - LONGEST_LIST;
        String shown = String.join(" and ", parts.stream().limit(LONGEST_LIST).toList());
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    private String advise(Bundle needy, BundleRequirement requirement) {
        for (Bundle bundle : context.getBundles()) {
            if (bundle != needy && offers(bundle, requirement)) {
                return bundle.getSymbolicName() + " offers it but does not start itself";
            }
        }
        for (File file : distribution.bundleFiles()) {
            if (offers(file, requirement)) {
                return "bundles/" + file.getName() + " offers it, add it to bundles.list";
            }
        }
        return "no bundle of this distribution offers it";
    }

    private boolean offers(File file, BundleRequirement requirement) {
        String location = NodeFramework.reference(file.toPath());
        if (context.getBundle(location) != null) {
            return false;
        }
        try {
            Bundle candidate = context.installBundle(location);
            try {
                return offers(candidate, requirement);
            } finally {
                candidate.uninstall();
            }
        } catch (BundleException e) {
            // A file that is no bundle offers nothing.
            return false;
        }
    }

    private boolean isMetByResolved(BundleRequirement requirement) {
        for (Bundle bundle : context.getBundles()) {
            boolean resolved = (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
            if (resolved && offers(bundle, requirement)) {
                return true;
            }
        }
        return !isWired(requirement.getNamespace());
    }

    /** Requirements like {@code osgi.service} are promises for the running system, not for resolving. */
    private static boolean isWired(String namespace) {
        return !namespace.equals("osgi.service");
    }

    private static boolean offers(Bundle bundle, BundleRequirement requirement) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return false;
        }
        return revision.getDeclaredCapabilities(requirement.getNamespace()).stream()
                .anyMatch(offer -> matches(requirement, offer));
    }

    private static boolean matches(BundleRequirement requirement, BundleCapability offer) {
        String filter = requirement.getDirectives().get(Constants.FILTER_DIRECTIVE);
        try {
            return filter == null || FrameworkUtil.createFilter(filter).matches(offer.getAttributes());
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    private static boolean isOptional(BundleRequirement requirement) {
        String resolution = requirement.getDirectives().get(Constants.RESOLUTION_DIRECTIVE);
        return Constants.RESOLUTION_OPTIONAL.equals(resolution)
                || PackageNamespace.RESOLUTION_DYNAMIC.equals(resolution);
    }

    private static String describe(BundleRequirement requirement) {
        String filter = requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
        if (requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
            return "the package " + PackageFilter.describe(filter);
        }
        return requirement.getNamespace() + " " + filter;
    }
}
