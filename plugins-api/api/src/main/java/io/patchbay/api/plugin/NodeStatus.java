package io.patchbay.api.plugin;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** How the node is, for operators. Any thread; cheap. */
@ProviderType
public interface NodeStatus {
    NodeInfo info();

    /** The tree of {@code patchbay status --tree}: what each {@link Component} says of itself, by path; one that fails to is told as {@code failed}. */
    List<ComponentState> components();
}
