package io.patchbay.engine.jobs;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job, from both sides: the body's thread writes, anyone reads. */
final class RunningJob implements Job, JobControl {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);

    private final String id;
    private final String kind;
    private final String title;
    private final long beganNanos = System.nanoTime();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    // Guarded by this.
    private State state = State.RUNNING;
    private String phase = "starting";
    private String unit = "";
    private long done;
    private long total;
    private long phaseBeganNanos = System.nanoTime();
    private boolean cancelAsked;
    private boolean beyondReturn;
    private Optional<PatchbayException> failure = Optional.empty();
    private Optional<String> result = Optional.empty();

    RunningJob(String id, String kind, String title) {
        this.id = id;
        this.kind = kind;
        this.title = title;
    }

    /** On the job's own thread. */
    void run(Function<JobControl, String> body) {
        try {
            String outcome = body.apply(this);
            end(State.SUCCEEDED, Optional.empty(), Optional.of(outcome));
        } catch (PatchbayException e) {
            boolean cancelled = e.code() == ErrorCode.CANCELLED;
            end(cancelled ? State.CANCELLED : State.FAILED, Optional.of(e), Optional.empty());
        } catch (RuntimeException | Error e) {
            LOG.error("The job '{}' failed", title, e);
            end(
                    State.FAILED,
                    Optional.of(
                            new PatchbayException(ErrorCode.INTERNAL, "The job failed inside the node: " + e + ".", e)),
                    Optional.empty());
        }
    }

    private void end(State how, Optional<PatchbayException> why, Optional<String> outcome) {
        synchronized (this) {
            state = how;
            failure = why;
            result = outcome;
        }
        ended.complete(null);
    }

    long nanos() {
        return System.nanoTime() - beganNanos;
    }

    @Override
    public String id() {
        return id;
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
    public synchronized State state() {
        return state;
    }

    @Override
    public synchronized String progressText() {
        if (unit.isEmpty()) {
            return phase;
        }
        double seconds = (System.nanoTime() - phaseBeganNanos) / 1e9;
        String count = total > 0 ? done + " of " + total : Long.toString(done);
        String rate = seconds < 0.1 ? "" : String.format(Locale.ROOT, ", %,.0f/s", done / seconds);
        return phase + ": " + count + " " + unit + rate;
    }

    @Override
    public synchronized Optional<Double> progress() {
        if (state == State.SUCCEEDED) {
            return Optional.of(1.0);
        }
        return total > 0 ? Optional.of(Math.min(1.0, (double) done / total)) : Optional.empty();
    }

    @Override
    public synchronized Optional<Duration> eta() {
        if (state != State.RUNNING || total <= 0 || done <= 0) {
            return Optional.empty();
        }
        double nanosEach = (double) (System.nanoTime() - phaseBeganNanos) / done;
        return Optional.of(Duration.ofNanos((long) (nanosEach * Math.max(0, total - done))));
    }

    @Override
    public synchronized Optional<PatchbayException> failure() {
        return failure;
    }

    @Override
    public synchronized Optional<String> result() {
        return result;
    }

    @Override
    public synchronized void cancel() {
        if (state == State.RUNNING && !beyondReturn) {
            cancelAsked = true;
        }
    }

    @Override
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    @Override
    public synchronized void progress(String nowPhase, long nowDone, long nowTotal, String nowUnit) {
        if (!nowPhase.equals(phase)) {
            phaseBeganNanos = System.nanoTime();
        }
        phase = nowPhase;
        done = nowDone;
        total = nowTotal;
        unit = nowUnit;
    }

    @Override
    public synchronized void checkCancelled() {
        if (cancelAsked && !beyondReturn) {
            throw new PatchbayException(ErrorCode.CANCELLED, "The job '" + title + "' was cancelled.");
        }
    }

    @Override
    public synchronized void pointOfNoReturn() {
        if (cancelAsked) {
            throw new PatchbayException(ErrorCode.CANCELLED, "The job '" + title + "' was cancelled.");
        }
        beyondReturn = true;
    }
}
