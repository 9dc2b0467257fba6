package io.patchbay.api.plugin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of the component tree.
 *
 * @param path where it stands, such as {@code engine/committer}
 * @param state one word, such as {@code running}
 * @param facts counts and settings by name
 */
public record ComponentState(String path, String state, Map<String, String> facts, List<ComponentState> parts) {
    public ComponentState {
        facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        parts = List.copyOf(parts);
    }

    public static ComponentState of(String path, String state, Map<String, String> facts) {
        return new ComponentState(path, state, facts, List.of());
    }
}
