package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tells how a job goes until it has ended. The job goes on if the client does not stay to hear it. */
final class JobProgress {
    /** How often a client hears that a job goes on which has nothing new to tell. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    private static final long LOOK_MS = 200;

    private JobProgress() {}

    /** What the job led to; what it failed with is thrown. */
    static Value follow(Job job, ControlOperation.Messages messages) throws IOException {
        Value.Struct told = Value.Struct.EMPTY;
        long toldNanos = System.nanoTime();
        while (!hasEnded(job)) {
            Value.Struct now = describe(job);
            if (!now.equals(told) || System.nanoTime() - toldNanos > SILENCE.toNanos()) {
                messages.send(Value.struct("progress", now));
                told = now;
                toldNanos = System.nanoTime();
            }
        }
        return outcome(job);
    }

    private static boolean hasEnded(Job job) {
        try {
            job.ended().toCompletableFuture().get(LOOK_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a job's end never fails", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }

    private static Value outcome(Job job) {
        return switch (job.state()) {
            case SUCCEEDED -> describe(job);
            case CANCELLED ->
                throw job.failure()
                        .orElseGet(() -> new PatchbayException(
                                ErrorCode.CANCELLED, "'" + job.title() + "' was cancelled and undone."));
            case FAILED ->
                throw job.failure()
                        .orElseGet(() -> new PatchbayException(ErrorCode.INTERNAL, "'" + job.title() + "' failed."));
            case RUNNING -> throw new IllegalStateException("a job that has ended does not run");
        };
    }

    static Value.Struct describe(Job job) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("id", Value.of(job.id()));
        fields.put("kind", Value.of(job.kind()));
        fields.put("title", Value.of(job.title()));
        fields.put("state", Value.of(job.state().name().toLowerCase(Locale.ROOT)));
        fields.put("text", Value.of(job.progressText()));
        job.progress().ifPresent(part -> fields.put("progress", Value.of(part.doubleValue())));
        job.eta().ifPresent(eta -> fields.put("etaMs", Value.of(eta.toMillis())));
        job.failure().ifPresent(failure -> fields.put("error", Value.of(String.valueOf(failure.getMessage()))));
        job.result().ifPresent(result -> fields.put("result", Value.of(result)));
        return new Value.Struct(fields);
    }
}
