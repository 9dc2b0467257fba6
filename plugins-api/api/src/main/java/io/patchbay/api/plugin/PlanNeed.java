package io.patchbay.api.plugin;

import java.util.Optional;

/**
 * Something that a plugin needs of others.
 *
 * @param kind {@code package}, {@code service}, {@code java}, or another namespace of OSGi
 * @param name of the package, or the type of the service
 * @param range the versions that it can live with, such as {@code [0.1.0,1.0.0)}; empty if any will do
 * @param metBy the symbolic name of the bundle that offers it; empty if nobody does
 * @param version what is offered: the package's version, or the bundle's
 * @param advice who could offer it; empty if it is met
 */
public record PlanNeed(
        String kind,
        String name,
        Optional<String> range,
        Optional<String> metBy,
        Optional<String> version,
        Optional<String> advice) {}
