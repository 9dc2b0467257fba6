package io.patchbay.api.plugin;

import java.util.List;

/**
 * What an upgrade of the whole distribution, or the way back from one, will do; computed before it happens.
 *
 * @param id names the plan; good until the world changes
 * @param restart whether parts of the platform change, which only a restart can: clients reconnect and resume
 * @param changes what differs, a sentence for each part
 * @param steps in order, for people
 * @param problems why it can't be executed, each a sentence; empty if it can
 */
public record UpgradePlan(
        String id,
        String fromVersion,
        String toVersion,
        boolean restart,
        List<String> changes,
        List<String> steps,
        List<String> problems) {
    public UpgradePlan {
        changes = List.copyOf(changes);
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }
}
