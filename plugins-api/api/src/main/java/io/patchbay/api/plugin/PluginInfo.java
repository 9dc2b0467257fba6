package io.patchbay.api.plugin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An installed plugin.
 *
 * @param name its bundle symbolic name
 * @param digest SHA-256 of its jar
 * @param state {@code active}, {@code degraded} (it runs, but its calls or health checks fail), {@code stopped} (by an operator), {@code failed} or {@code unavailable}
 * @param provides service types with names that it offers
 * @param uses service types, with names where they have some, that it has got hold of and that others offer
 * @param previousVersion what a roll-back goes to
 * @param receipt what became of the version before: its class loader was collected, or who holds it
 * @param fault a sentence on what is wrong with it, or with the version that was rolled back to it by itself
 */
public record PluginInfo(
        String name,
        String version,
        String digest,
        String state,
        Instant installedAt,
        List<String> provides,
        List<String> uses,
        Optional<String> previousVersion,
        Optional<String> receipt,
        Optional<String> fault) {
    public PluginInfo {
        provides = List.copyOf(provides);
        uses = List.copyOf(uses);
    }
}
