package io.patchbay.api.plugin;

import java.util.List;
import java.util.Optional;

/**
 * What a change of plugins will do, computed before it happens.
 *
 * @param id names the plan; good until the world changes
 * @param kind {@code install}, {@code update}, {@code rollback}, {@code start}, {@code stop} or {@code uninstall}
 * @param digest SHA-256 of the jar that will be there; empty for an uninstall
 * @param steps in order, for people
 * @param services that are added ({@code +name}), replaced ({@code ~name}) or removed ({@code -name})
 * @param problems why it can't be executed, each a sentence; empty if it can
 * @param warnings what an operator should know first
 */
public record Plan(
        String id,
        String kind,
        String plugin,
        Optional<String> fromVersion,
        Optional<String> toVersion,
        Optional<String> digest,
        List<String> steps,
        List<String> services,
        List<String> problems,
        List<String> warnings) {
    public Plan {
        steps = List.copyOf(steps);
        services = List.copyOf(services);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
