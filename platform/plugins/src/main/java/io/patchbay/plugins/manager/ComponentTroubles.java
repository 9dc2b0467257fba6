package io.patchbay.plugins.manager;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Why a component of Declarative Services isn't there, in a sentence. */
final class ComponentTroubles {
    private final Supplier<@Nullable ServiceComponentRuntime> runtime;

    /** @param runtime null while the machinery is not there */
    ComponentTroubles(Supplier<@Nullable ServiceComponentRuntime> runtime) {
        this.runtime = runtime;
    }

    /** Empty if there is nothing wrong with the component, or nothing known of it. */
    Optional<String> find(Bundle bundle, String component) {
        ServiceComponentRuntime scr = runtime.get();
        ComponentDescriptionDTO description = scr == null ? null : scr.getComponentDescriptionDTO(bundle, component);
        if (scr == null || description == null) {
            return Optional.empty();
        }
        return scr.getComponentConfigurationDTOs(description).stream()
                .flatMap(ComponentTroubles::sentences)
                .findFirst();
    }

    private static Stream<String> sentences(ComponentConfigurationDTO configuration) {
        String name = configuration.description.name;
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                Stream.of("the component %s has no configuration.".formatted(name));
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Stream.of(configuration.unsatisfiedReferences).map(reference -> lacks(configuration, reference));
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                Stream.of("the component %s failed: %s".formatted(name, rootCause(configuration.failure)));
            default -> Stream.empty();
        };
    }

    private static String lacks(ComponentConfigurationDTO configuration, UnsatisfiedReferenceDTO unsatisfied) {
        String type = Stream.of(configuration.description.references)
                .filter(reference -> reference.name.equals(unsatisfied.name))
                .map(reference -> reference.interfaceName)
                .findFirst()
                .orElse(unsatisfied.name);
        String target = unsatisfied.target == null ? "" : " with " + unsatisfied.target;
        return "the component %s needs a service %s%s, which nobody offers."
                .formatted(configuration.description.name, type, target);
    }

    /** The failure is a whole stack trace; the last "Caused by" is its reason. */
    private static String rootCause(@Nullable String stackTrace) {
        if (stackTrace == null) {
            return "the log says why.";
        }
        String cause = stackTrace
                .lines()
                .reduce((first, line) -> line.startsWith("Caused by: ") ? line.substring(11) : first)
                .orElse("");
        return cause.endsWith(".") ? cause : cause + ".";
    }
}
