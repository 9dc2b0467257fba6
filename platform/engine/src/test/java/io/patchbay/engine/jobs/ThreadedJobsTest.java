package io.patchbay.engine.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadedJobsTest {
    private final ThreadedJobs jobs = new ThreadedJobs(new NodeMetrics(new MeterRegistry()));

    private static void end(Job job) {
        job.ended().toCompletableFuture().join();
    }

    @Test
    void aJobTellsHowFarItIsAndWhatItLedTo() {
        CountDownLatch goOn = new CountDownLatch(1);
        Job job = jobs.start("test", "copy", control -> {
            control.progress("copying", 30, 120, "documents");
            awaitLatch(goOn);
            return "120 documents copied";
        });
        await().untilAsserted(() -> assertThat(job.progress()).contains(0.25));
        assertThat(job.progressText()).startsWith("copying: 30 of 120 documents");
        assertThat(job.eta()).isPresent();
        goOn.countDown();
        end(job);
        assertThat(job.state()).isEqualTo(Job.State.SUCCEEDED);
        assertThat(job.result()).contains("120 documents copied");
        assertThat(jobs.find(job.id())).contains(job);
    }

    @Test
    void aFailureIsTold() {
        Job job = jobs.start("test", "fail", control -> {
            throw new PatchbayException(ErrorCode.CONFLICT, "It is taken.");
        });
        end(job);
        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.failure().orElseThrow().code()).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void aCancelledJobStopsWhereItLooks() {
        CountDownLatch goOn = new CountDownLatch(1);
        Job job = jobs.start("test", "long", control -> {
            awaitLatch(goOn);
            control.checkCancelled();
            return "never";
        });
        job.cancel();
        goOn.countDown();
        end(job);
        assertThat(job.state()).isEqualTo(Job.State.CANCELLED);
    }

    @Test
    void onlyTheLastHundredAreRemembered() {
        for (int i = 0; i < ThreadedJobs.REMEMBERED + 20; i++) {
            end(jobs.start("test", "job " + i, control -> "done"));
        }
        assertThat(jobs.list()).hasSizeBetween(ThreadedJobs.REMEMBERED, ThreadedJobs.REMEMBERED + 1);
        assertThat(jobs.list().get(0).title()).isEqualTo("job " + (ThreadedJobs.REMEMBERED + 19));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
