package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Jobs that run on plain threads. */
final class ThreadJobs implements Jobs {
    private final ConcurrentHashMap<String, Job> jobs = new ConcurrentHashMap<>();

    @Override
    public Job start(String kind, String title, Function<JobControl, String> body) {
        ThreadJob job = new ThreadJob(kind, title);
        jobs.put(job.id(), job);
        new Thread(() -> job.run(body), "job " + title).start();
        return job;
    }

    @Override
    public Optional<Job> find(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public List<Job> list() {
        return List.copyOf(jobs.values());
    }

    private static final class ThreadJob implements Job, JobControl {
        private final String kind;
        private final String title;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile String progress = "";
        private volatile boolean cancelled;
        private volatile @Nullable String result;
        private volatile @Nullable PatchbayException failure;

        ThreadJob(String kind, String title) {
            this.kind = kind;
            this.title = title;
        }

        void run(Function<JobControl, String> body) {
            try {
                result = body.apply(this);
            } catch (PatchbayException e) {
                failure = e;
            } catch (RuntimeException | Error e) {
                failure = new PatchbayException(ErrorCode.INTERNAL, e.toString(), e);
            }
            ended.complete(null);
        }

        @Override
        public String id() {
            return Integer.toHexString(System.identityHashCode(this));
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public State state() {
            return !ended.isDone() ? State.RUNNING : failure == null ? State.SUCCEEDED : State.FAILED;
        }

        @Override
        public String progressText() {
            return progress;
        }

        @Override
        public Optional<Double> progress() {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> eta() {
            return Optional.empty();
        }

        @Override
        public Optional<PatchbayException> failure() {
            return Optional.ofNullable(failure);
        }

        @Override
        public Optional<String> result() {
            return Optional.ofNullable(result);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public CompletionStage<Void> ended() {
            return ended;
        }

        @Override
        public void progress(String phase, long done, long total, String unit) {
            progress = phase;
        }

        @Override
        public void checkCancelled() {
            if (cancelled) {
                throw new PatchbayException(ErrorCode.CANCELLED, "cancelled");
            }
        }

        @Override
        public void pointOfNoReturn() {}
    }
}
