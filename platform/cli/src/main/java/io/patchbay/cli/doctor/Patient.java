package io.patchbay.cli.doctor;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A node that is examined.
 *
 * @param distribution the programs; empty if they are not known
 * @param status what a running node answers, with its component tree; empty on a stopped home
 * @param plugins of a running node
 * @param stores of a running node
 * @param now the time of the examination
 */
public record Patient(
        Path home,
        Optional<Path> distribution,
        Optional<Value.Struct> status,
        List<Value.Struct> plugins,
        List<Value.Struct> stores,
        Machine machine,
        Instant now) {
    boolean isRunning() {
        return status.isPresent();
    }

    /** The node's process, if it runs. */
    Optional<Long> pid() {
        return status.flatMap(facts -> facts.findInt("pid"));
    }

    Path data() {
        return home.resolve("data");
    }
}
