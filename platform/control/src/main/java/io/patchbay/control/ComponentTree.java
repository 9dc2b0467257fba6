package io.patchbay.control;

import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What every component of the node says of itself. */
final class ComponentTree {
    private ComponentTree() {}

    /** By path. */
    static List<ComponentState> of(NodeServices services) {
        List<ComponentState> states = new ArrayList<>(services.each(Component.class, ComponentTree::describe));
        states.sort(Comparator.comparing(ComponentState::path));
        return List.copyOf(states);
    }

    /** A component that can't describe itself is part of the picture. */
    private static ComponentState describe(Component component) {
        try {
            return component.describe();
        } catch (RuntimeException e) {
            return ComponentState.of(component.getClass().getName(), "failed", Map.of("fault", e.toString()));
        }
    }
}
