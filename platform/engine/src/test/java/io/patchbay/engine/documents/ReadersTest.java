package io.patchbay.engine.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadersTest {
    private static PatchbayException warming() {
        return new PatchbayException(ErrorCode.INDEX_WARMING, "index warming, 7 %");
    }

    /** More than there are threads wait for their index, and a read that needs none passes them. */
    @Test
    void readsThatWaitForAnIndexHoldNoThread() throws Exception {
        CountDownLatch warm = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        try (Readers readers = new Readers(2, Duration.ofMinutes(1))) {
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(readers.supply(() -> {
                    attempts.incrementAndGet();
                    if (warm.getCount() > 0) {
                        throw warming();
                    }
                    return "found";
                }));
            }
            assertThat(readers.supply(() -> "by id").get(30, TimeUnit.SECONDS)).isEqualTo("by id");
            while (attempts.get() < 150) {
                Thread.onSpinWait();
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            warm.countDown();
            for (CompletableFuture<String> one : waiting) {
                assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo("found");
            }
        }
    }

    @Test
    void theWaitForAnIndexEndsAndSoDoesTheNode() {
        Readers readers = new Readers(1, Duration.ofMillis(100));
        assertThat(readers.supply(() -> {
                    throw warming();
                }))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(PatchbayException.class)
                .withMessageContaining("7 %");
        CompletableFuture<Object> late;
        try (Readers patient = new Readers(1, Duration.ofMinutes(5))) {
            late = patient.supply(() -> {
                throw warming();
            });
        }
        assertThat(late).failsWithin(Duration.ofSeconds(30));
        readers.close();
    }
}
