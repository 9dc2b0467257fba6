package io.patchbay.engine.jobs;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's jobs, each on a thread of its own. */
// Immediate: jobs and what they led to outlive whoever started them.
@Component(service = Jobs.class, immediate = true)
public final class ThreadedJobs implements Jobs {
    /** How many run at a time. */
    public static final int MOST_RUNNING = 16;
    /** How many that have ended are remembered. */
    public static final int REMEMBERED = 100;

    private static final Logger LOG = LoggerFactory.getLogger(ThreadedJobs.class);

    private final Metrics metrics;
    // Newest first; guarded by itself.
    private final Deque<RunningJob> jobs = new ArrayDeque<>();

    @Activate
    public ThreadedJobs(@Reference Metrics metrics) {
        this.metrics = metrics;
        LimitGauges.show(metrics, "engine", "running_jobs", MOST_RUNNING);
        metrics.gauge("patchbay_jobs_running", "Jobs that run.", () -> countRunning());
        for (Job.State state : Job.State.values()) {
            if (state != Job.State.RUNNING) {
                ended(state);
            }
        }
    }

    private Metrics.Counter ended(Job.State state) {
        return metrics.counter(
                "patchbay_jobs_total",
                "Jobs that have ended, by how.",
                "outcome",
                state.name().toLowerCase(Locale.ROOT));
    }

    private long countRunning() {
        synchronized (jobs) {
            return running();
        }
    }

    @Override
    public Job start(String kind, String title, Function<JobControl, String> body) {
        RunningJob job = new RunningJob(UUID.randomUUID().toString(), kind, title);
        synchronized (jobs) {
            if (running() >= MOST_RUNNING) {
                throw PatchbayException.beyond(
                        "running_jobs", ErrorCode.OVERLOADED, MOST_RUNNING + " jobs run already; wait for one to end.");
            }
            jobs.addFirst(job);
            forgetOldest();
        }
        job.ended().thenRun(() -> count(job));
        new Thread(() -> job.run(body), "patchbay-job " + title).start();
        return job;
    }

    private void count(RunningJob job) {
        ended(job.state()).increment();
        metrics.timer("patchbay_job_seconds", "Time of a job from its start to its end.")
                .record(job.nanos());
    }

    private long running() {
        return jobs.stream().filter(job -> job.state() == Job.State.RUNNING).count();
    }

    private void forgetOldest() {
        long ended = jobs.size() - running();
        while (ended > REMEMBERED) {
            RunningJob oldest = null;
            for (RunningJob job : jobs) {
                if (job.state() != Job.State.RUNNING) {
                    oldest = job;
                }
            }
            jobs.remove(oldest);
            ended--;
        }
    }

    @Override
    public Optional<Job> find(String id) {
        synchronized (jobs) {
            return jobs.stream()
                    .filter(job -> job.id().equals(id))
                    .<Job>map(job -> job)
                    .findFirst();
        }
    }

    @Override
    public List<Job> list() {
        synchronized (jobs) {
            return List.copyOf(jobs);
        }
    }

    /** Asks all to stop, and waits for them within the drain time. */
    @Deactivate
    void stop() {
        List<Job> left = new ArrayList<>(list());
        left.forEach(Job::cancel);
        long deadline = System.nanoTime() + Limits.DRAIN.toNanos();
        for (Job job : left) {
            try {
                job.ended().toCompletableFuture().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
                LOG.warn("The job '{}' did not end in time", job.title());
            }
        }
    }
}
