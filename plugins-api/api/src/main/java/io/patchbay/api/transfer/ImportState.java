package io.patchbay.api.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far an import has come.
 *
 * @param options as it was begun with
 * @param rows of the source, read so far
 * @param digest of these rows; empty at the beginning
 * @param written documents
 * @param skipped rows that were left out
 * @param endedAt empty while it is not at its end
 */
public record ImportState(
        String options,
        long rows,
        String digest,
        long written,
        long skipped,
        Instant startedAt,
        Optional<Instant> endedAt) {
    /** How long one that has ended is remembered, so that the same command does not import the same rows twice. */
    public static final Duration KEPT_AFTER_END = Duration.ofDays(1);

    /** How long one that was never ended can be resumed. */
    public static final Duration KEPT_UNENDED = Duration.ofDays(30);
}
