package io.patchbay.api.plugin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An installed plugin.
 *
 * @param name its bundle symbolic name
 * @param digest SHA-256 of its jar
 * @param state {@code active}, {@code failed} or {@code unavailable}
 * @param provides service types with names that it offers
 * @param previousVersion what a roll-back goes to
 * @param receipt what became of the version before: its class loader was collected, or who holds it
 * @param fault a sentence on what is wrong
 */
public record PluginInfo(
        String name,
        String version,
        String digest,
        String state,
        Instant installedAt,
        List<String> provides,
        Optional<String> previousVersion,
        Optional<String> receipt,
        Optional<String> fault) {
    public PluginInfo {
        provides = List.copyOf(provides);
    }
}
