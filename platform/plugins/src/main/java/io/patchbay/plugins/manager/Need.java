package io.patchbay.plugins.manager;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Something that a bundle can't resolve without.
 *
 * @param filter what the offer must match; empty if anything of the namespace will do
 */
record Need(String namespace, String filter) {
    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]*)\\)");
    private static final Pattern SERVICE = Pattern.compile("\\(objectClass=([^)]*)\\)");
    private static final Pattern FLOOR = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern CEILING = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");
    private static final Pattern JAVA = Pattern.compile("\\(version=([^)]*)\\)");
    private static final String SERVICES = "osgi.service";
    private static final String EXECUTION_ENVIRONMENT = "osgi.ee";

    /**
     * What a revision needs of others: not what is optional, dynamic, only meant for run time, or offered by itself. A service is meant for run time, and is told all the same: without it the
     * bundle resolves, but does not do its work.
     */
    static List<Need> of(BundleRevision revision) {
        return revision.getDeclaredRequirements(null).stream()
                .filter(requirement -> isWired(requirement.getDirectives()) || isMandatoryService(requirement))
                .map(Need::of)
                .filter(need -> revision.getDeclaredCapabilities(need.namespace).stream()
                        .noneMatch(offer -> need.isMetBy(offer.getAttributes())))
                .toList();
    }

    private static Need of(BundleRequirement requirement) {
        return new Need(
                requirement.getNamespace(), requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, ""));
    }

    private static boolean isWired(Map<String, String> directives) {
        String resolution = directives.getOrDefault(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY);
        String effective = directives.getOrDefault(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE);
        return resolution.equals(Constants.RESOLUTION_MANDATORY) && effective.equals(Constants.EFFECTIVE_RESOLVE);
    }

    private static boolean isMandatoryService(BundleRequirement requirement) {
        String resolution = requirement
                .getDirectives()
                .getOrDefault(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY);
        return requirement.getNamespace().equals(SERVICES) && resolution.equals(Constants.RESOLUTION_MANDATORY);
    }

    boolean isMetBy(Map<String, Object> offer) {
        try {
            Filter wanted = filter.isEmpty() ? null : FrameworkUtil.createFilter(filter);
            return wanted == null || wanted.matches(offer);
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    /** The package that is needed, if it is one. */
    Optional<String> packageName() {
        Matcher matcher = PACKAGE.matcher(filter);
        return namespace.equals(PackageNamespace.PACKAGE_NAMESPACE) && matcher.find()
                ? Optional.of(matcher.group(1))
                : Optional.empty();
    }

    /** The type of the service that is needed, if it is one. */
    Optional<String> serviceType() {
        Matcher matcher = SERVICE.matcher(filter);
        return namespace.equals(SERVICES) && matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether it is no matter of resolving. */
    boolean isService() {
        return namespace.equals(SERVICES);
    }

    boolean isJava() {
        return namespace.equals(EXECUTION_ENVIRONMENT);
    }

    /** In one word, for programs. */
    String kind() {
        return packageName().isPresent() ? "package" : isService() ? "service" : isJava() ? "java" : namespace;
    }

    /** What is needed, without the versions. */
    String name() {
        return packageName()
                .or(this::serviceType)
                .or(this::java)
                .or(this::attribute)
                .orElse(filter);
    }

    /** By convention the attribute that is called as the namespace says what is meant. */
    private Optional<String> attribute() {
        Matcher matcher = Pattern.compile("\\(" + Pattern.quote(namespace) + "=([^)]*)\\)").matcher(filter);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private Optional<String> java() {
        Matcher java = JAVA.matcher(filter);
        return isJava() && java.find() ? Optional.of(java.group(1)) : Optional.empty();
    }

    /** For people, such as {@code the package org.example [1.0.0,2.0.0)}. */
    String shown() {
        if (packageName().isPresent()) {
            return "the package " + name() + range().map(range -> " " + range).orElse("");
        }
        if (serviceType().isPresent()) {
            return "the service " + name();
        }
        Optional<String> java = java();
        return java.isPresent() ? "Java " + java.get() : namespace + (filter.isEmpty() ? "" : " " + filter);
    }

    /** The versions that will do, such as {@code [1.0.0,2.0.0)}; empty if any will. */
    Optional<String> range() {
        Matcher floor = FLOOR.matcher(filter);
        Matcher ceiling = CEILING.matcher(filter);
        if (!floor.find()) {
            return Optional.empty();
        }
        return Optional.of(
                ceiling.find() ? "[" + floor.group(1) + "," + ceiling.group(1) + ")" : floor.group(1) + " or newer");
    }
}
