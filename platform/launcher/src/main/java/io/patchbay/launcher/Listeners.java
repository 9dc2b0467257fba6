package io.patchbay.launcher;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Asks the platform's service {@code io.patchbay.api.http.Listeners} where the node listens.
 *
 * <p>By reflection: plugins-api is a bundle, and sharing its classes with the launcher would make them part of the system bundle.
 */
final class Listeners {

    private static final String SERVICE = "io.patchbay.api.http.Listeners";

    private final BundleContext context;

    Listeners(BundleContext context) {
        this.context = context;
    }

    /** The URLs under which the node is reached; none when it is offline. */
    List<String> urls() {
        return ask("urls") instanceof List<?> urls
                ? urls.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Why the node doesn't listen as configured. */
    Optional<String> findProblem() {
        return ask("findProblem") instanceof Optional<?> problem ? problem.map(String::valueOf) : Optional.empty();
    }

    private @Nullable Object ask(String method) {
        ServiceReference<?> reference = context.getServiceReference(SERVICE);
        if (reference == null) {
            return null;
        }
        Object service = context.getService(reference);
        if (service == null) {
            return null;
        }
        try {
            return reference.getBundle().loadClass(SERVICE).getMethod(method).invoke(service);
        } catch (ReflectiveOperationException e) {
            throw new StartException(
                    "The bundle " + reference.getBundle().getSymbolicName()
                            + " belongs to another version of Patchbay: its " + SERVICE + " can't tell its " + method
                            + ".",
                    e);
        } finally {
            context.ungetService(reference);
        }
    }
}
