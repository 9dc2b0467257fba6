package io.patchbay.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** The declarative components that don't run, and what each waits for. */
final class WaitingComponents {

    private WaitingComponents() {}

    /** A clause for each: "the component X waits for a service Y". */
    static List<String> describe(BundleContext context) {
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        if (reference == null) {
            return List.of();
        }
        ServiceComponentRuntime runtime = context.getService(reference);
        try {
            List<String> clauses = new ArrayList<>();
            for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs()) {
                for (ComponentConfigurationDTO configuration : runtime.getComponentConfigurationDTOs(component)) {
                    describe(component, configuration, clauses);
                }
            }
            return clauses;
        } finally {
            context.ungetService(reference);
        }
    }

    private static void describe(
            ComponentDescriptionDTO component, ComponentConfigurationDTO configuration, List<String> clauses) {
        switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> {
                for (UnsatisfiedReferenceDTO missing : configuration.unsatisfiedReferences) {
                    clauses.add(component.name + " waits for a service " + serviceType(component, missing.name));
                }
            }
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                clauses.add(
                        component.name + " waits for a configuration " + String.join(", ", component.configurationPid));
            // The stack trace that comes as text begins with the message.
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                clauses.add(component.name + " failed: "
                        + configuration.failure.lines().findFirst().orElse("without a reason"));
            default -> {}
        }
    }

    private static String serviceType(ComponentDescriptionDTO component, String reference) {
        return Arrays.stream(component.references)
                .filter(candidate -> candidate.name.equals(reference))
                .map(candidate -> candidate.interfaceName)
                .findFirst()
                .orElse(reference);
    }
}
