package io.patchbay.api.plugin;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a change of plugins will do, computed before it happens. {@link PlanForm} writes and reads it, so that it can be kept in a file and carried out later.
 *
 * @param id names the plan; good until the world changes
 * @param kind {@code install}, {@code update}, {@code rollback}, {@code start}, {@code stop} or {@code uninstall}
 * @param digest SHA-256 of the jar that will be there; empty for an uninstall
 * @param steps in order, for people
 * @param services that are added ({@code +name}), replaced ({@code ~name}) or removed ({@code -name})
 * @param problems why it can't be executed, each a sentence; empty if it can
 * @param warnings what an operator should know first
 * @param needs what the incoming version needs of others, and who offers it
 * @param handOvers how each service changes hands, and who is affected now; what they count may differ at the execution, all else may not
 * @param world what the plan rests on, by subject: plugins, bundles, stores and services as they are; sorted
 * @param source the name of the file that the plugin came from
 * @param seal the node's proof that it made this plan, and that nobody changed it
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
        List<String> warnings,
        List<PlanNeed> needs,
        List<PlanHandOver> handOvers,
        Map<String, String> world,
        String source,
        String seal) {
    public Plan {
        steps = List.copyOf(steps);
        services = List.copyOf(services);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        needs = List.copyOf(needs);
        handOvers = List.copyOf(handOvers);
        world = Collections.unmodifiableMap(new TreeMap<>(world));
    }

    public Plan withSeal(String newSeal) {
        return new Plan(
                id,
                kind,
                plugin,
                fromVersion,
                toVersion,
                digest,
                steps,
                services,
                problems,
                warnings,
                needs,
                handOvers,
                world,
                source,
                newSeal);
    }
}
