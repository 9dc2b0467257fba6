package io.patchbay.api.plugin;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;

/** The node's jobs: those that run and the last 100 that ended. Any thread. */
@ProviderType
public interface Jobs {
    /**
     * Starts {@code body} on a thread of its own; what it returns is the job's result, what it throws its failure. OVERLOADED when too many run.
     *
     * @param kind see {@link Job#kind}
     */
    Job start(String kind, String title, Function<JobControl, String> body);

    Optional<Job> find(String id);

    /** Newest first. */
    List<Job> list();
}
