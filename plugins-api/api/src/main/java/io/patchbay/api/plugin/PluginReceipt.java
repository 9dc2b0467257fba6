package io.patchbay.api.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of a version of a plugin that was removed.
 *
 * @param version the one that was removed
 * @param state {@code collected}: its class loader is gone; {@code pending}: no garbage collection that unloads classes has run since; {@code held}: one has, and it is still there
 * @param collectedAfter how long after the removal its end was noticed
 * @param holders who holds it, as far as this node can see, each a part of a sentence
 * @param troubles what went wrong while it was removed, each a sentence
 * @param text all of it, in a sentence
 */
public record PluginReceipt(
        String plugin,
        String version,
        Instant removedAt,
        String state,
        Optional<Duration> collectedAfter,
        List<String> holders,
        List<String> troubles,
        String text) {
    public PluginReceipt {
        holders = List.copyOf(holders);
        troubles = List.copyOf(troubles);
    }
}
