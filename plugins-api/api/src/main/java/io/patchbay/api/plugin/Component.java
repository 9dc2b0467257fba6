package io.patchbay.api.plugin;

import org.osgi.annotation.versioning.ConsumerType;

/** A part that can describe itself; registered as a service, it appears in {@code patchbay status --tree}. */
@ConsumerType
public interface Component {
    /** Its state now, cheaply; any thread. */
    ComponentState describe();
}
