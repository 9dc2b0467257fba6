package io.patchbay.api.plugin;

import io.patchbay.api.PatchbayException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Work that takes longer than a request. Any thread. */
@ProviderType
public interface Job {
    String id();

    /** For programs, what sort of work it is: {@code store-swap}, {@code store-rollback}, {@code store-verify}, or {@code plugin-} and the kind of its {@link Plan}. New sorts may come. */
    String kind();

    /** For people, what it does, such as {@code swap documents to h2}. */
    String title();

    State state();

    /** Where it is, for people: a phase, counts, rate. */
    String progressText();

    /** 0 to 1; empty while unknown. */
    Optional<Double> progress();

    Optional<Duration> eta();

    Optional<PatchbayException> failure();

    /** What it led to, for people; empty until it succeeded. */
    Optional<String> result();

    /** Asks it to stop and to undo what it did; no effect once it has ended or can't be undone any more. */
    void cancel();

    /** Completes when it has ended, in any way; never exceptionally. */
    CompletionStage<Void> ended();

    enum State {
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED
    }
}
