package io.patchbay.engine.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.Limits;
import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricSeries;
import io.patchbay.api.metrics.MetricSeries.Amount;
import io.patchbay.api.metrics.MetricSeries.Distribution;
import io.patchbay.api.metrics.Metrics;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
    private final MeterRegistry registry = new MeterRegistry();
    private final NodeMetrics metrics = new NodeMetrics(registry);

    @Test
    void theSameNameAndLabelsCountTogether() {
        metrics.counter("frames_total", "Frames.", "direction", "in").add(2);
        metrics.counter("frames_total", "Frames.", "direction", "in").increment();
        metrics.counter("frames_total", "Frames.", "direction", "out").increment();

        assertThat(amounts("frames_total"))
                .containsExactly(Map.entry("{direction=in}", 3.0), Map.entry("{direction=out}", 1.0));
    }

    @Test
    void whatIsRegisteredWhenAskedIsThereAtTheFirstReadingAndRegisteredOnce() {
        AtomicInteger registrations = new AtomicInteger();
        metrics.whenAsked(asked -> {
            registrations.incrementAndGet();
            asked.gauge("later", "Later.", () -> 7);
        });
        assertThat(registrations).hasValue(0);

        assertThat(amounts("later")).containsExactly(Map.entry("{}", 7.0));
        assertThat(amounts("later")).containsExactly(Map.entry("{}", 7.0));
        assertThat(registrations).hasValue(1);
    }

    @Test
    void whatIsRegisteredWhenAskedGoesWhenItIsClosedAndWithItsBundle() throws Exception {
        AutoCloseable closed = metrics.whenAsked(asked -> asked.gauge("closed", "Closed.", () -> 1));
        metrics.whenAsked(asked -> asked.gauge("left", "Left.", () -> 1));
        assertThat(names()).contains("closed", "left");
        closed.close();
        assertThat(names()).contains("left").doesNotContain("closed");
        metrics.close();
        assertThat(names()).doesNotContain("closed", "left");
    }

    @Test
    void whatIsCalledOffBeforeAnybodyAskedIsNeverRegistered() throws Exception {
        AtomicInteger registrations = new AtomicInteger();
        metrics.whenAsked(asked -> registrations.incrementAndGet()).close();
        metrics.whenAsked(asked -> registrations.incrementAndGet());
        metrics.close();
        metrics.whenAsked(asked -> registrations.incrementAndGet());
        registry.collect();
        assertThat(registrations).hasValue(0);
    }

    @Test
    void whatNobodyEverAskedForIsNotHeldOnceItsBundleHasGone() {
        WeakReference<Object> bundle = new WeakReference<>(registerForABundleThatGoes());

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return bundle.refersTo(null);
        });
        assertThat(names()).doesNotContain("later");
    }

    private Object registerForABundleThatGoes() {
        Object bundle = new Object();
        NodeMetrics own = new NodeMetrics(registry);
        own.whenAsked(asked -> asked.gauge("later", "Later.", bundle::hashCode));
        own.close();
        return bundle;
    }

    @Test
    void aRegistrationThatFailsLeavesTheOthers() {
        metrics.whenAsked(asked -> {
            throw new IllegalStateException("broken on purpose");
        });
        metrics.whenAsked(asked -> asked.gauge("later", "Later.", () -> 1));
        assertThat(names()).contains("later");
    }

    private List<String> names() {
        return registry.collect().stream().map(MetricFamily::name).toList();
    }

    @Test
    void aTimeIsCountedInTheFirstBucketWhoseBoundItDoesNotExceed() {
        Metrics.Timer timer = metrics.timer("call_seconds", "Calls.");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] expected = new long[19];
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            long bound = 100_000L << random.nextInt(18);
            long nanos = random.nextBoolean()
                    ? bound + random.nextInt(3) - 1
                    : (long) Math.exp(random.nextDouble() * Math.log(60e9));
            timer.record(nanos);
            sum += nanos / 1e9;
            int bucket = 0;
            while (bucket < 18 && nanos > 100_000L << bucket) {
                bucket++;
            }
            expected[bucket]++;
        }

        Distribution times =
                (Distribution) family("call_seconds").series().get(0).reading();
        assertThat(times.counts())
                .as("seed " + seed)
                .containsExactly(java.util.Arrays.stream(expected).boxed().toArray(Long[]::new));
        assertThat(times.upperBounds()).hasSize(18).startsWith(0.0001, 0.0002);
        assertThat(times.sum()).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-3));
    }

    @Test
    void sizesHaveBoundsOfPowersOfFour() {
        Metrics.Sizes sizes = metrics.sizes("batch_transactions", "Batches.");
        for (long size : new long[] {0, 1, 2, 4, 5, 16, 1 << 24, (1 << 24) + 1}) {
            sizes.record(size);
        }

        Distribution found =
                (Distribution) family("batch_transactions").series().get(0).reading();
        assertThat(found.counts()).containsExactly(2L, 2L, 2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L);
        assertThat(found.upperBounds()).hasSize(13).startsWith(1.0, 4.0, 16.0).endsWith(16_777_216.0);
    }

    @Test
    void aGaugeThatFailsIsLeftOutAndAllElseIsRead() {
        AtomicInteger asked = new AtomicInteger();
        metrics.gauge("broken", "Fails.", () -> {
            asked.incrementAndGet();
            throw new IllegalStateException("closed");
        });
        metrics.gauge("whole", "Does not.", () -> 7);

        assertThat(registry.collect())
                .extracting(MetricFamily::name)
                .contains("whole")
                .doesNotContain("broken");
        registry.collect();
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatABundleRegisteredGoesWithIt() {
        List<MetricFamily> before = registry.collect();
        metrics.counter("a_total", "A.").increment();
        metrics.timer("b_seconds", "B.").record(1);
        metrics.sizes("c", "C.").record(1);
        metrics.gauge("d", "D.", () -> 1);
        metrics.total("e_total", "E.", () -> 1);
        assertThat(registry.collect()).hasSize(before.size() + 5);

        metrics.close();
        metrics.counter("late_total", "From a straggling thread.").increment();
        metrics.gauge("late", "From a straggling thread.", () -> 1);

        assertThat(registry.collect())
                .extracting(MetricFamily::name)
                .containsExactlyElementsOf(
                        before.stream().map(MetricFamily::name).toList());
    }

    @Test
    void anUpdateLosesNoCountAndShowsTheNewestGauge() {
        metrics.counter("requests_total", "Requests.", "route", "a").add(5);
        metrics.gauge("open", "Open.", () -> 1);
        NodeMetrics next = new NodeMetrics(registry);
        next.counter("requests_total", "Requests.", "route", "b").add(2);
        next.gauge("open", "Open.", () -> 2);
        assertThat(amounts("open")).containsExactly(Map.entry("{}", 2.0));

        metrics.close();
        next.counter("requests_total", "Requests.", "route", "a").increment();

        assertThat(amounts("requests_total")).containsExactly(Map.entry("{route=a}", 6.0), Map.entry("{route=b}", 2.0));
        assertThat(amounts("open")).containsExactly(Map.entry("{}", 2.0));
    }

    @Test
    void anUpdateThatIsTakenBackLeavesTheOldGauge() {
        metrics.gauge("open", "Open.", () -> 1);
        NodeMetrics next = new NodeMetrics(registry);
        next.gauge("open", "Open.", () -> 2);

        next.close();

        assertThat(amounts("open")).containsExactly(Map.entry("{}", 1.0));
    }

    @Test
    void aClosedGaugeIsGoneAndItsNextOneStays() throws Exception {
        AutoCloseable first = metrics.gauge("open", "Open.", () -> 1);
        AutoCloseable second = metrics.gauge("open", "Open.", () -> 2);
        first.close();
        assertThat(amounts("open")).containsExactly(Map.entry("{}", 2.0));
        second.close();
        assertThat(find("open")).isEmpty();
    }

    @Test
    void beyondTheLimitOfSeriesCountsGoToOneCalledOther() {
        for (int i = 0; i < Limits.METRIC_SERIES + 10; i++) {
            metrics.counter("hostile_total", "By whatever a client says.", "name", "n" + i)
                    .increment();
        }

        List<Map.Entry<String, Double>> found = amounts("hostile_total");
        assertThat(found).hasSize(Limits.METRIC_SERIES + 1).contains(Map.entry("{name=other}", 10.0));
        assertThat(amounts("patchbay_metric_series_refused_total")).containsExactly(Map.entry("{}", 10.0));
    }

    @Test
    void beyondTheLimitOfMetricsAMeterCountsButIsNotShown() {
        for (int i = 0; i < Limits.METRICS + 10; i++) {
            metrics.counter("hostile_" + i + "_total", "One of many.").increment();
        }

        assertThat(registry.collect()).hasSize(Limits.METRICS);
    }

    @Test
    void aNameOfAnotherKindIsNotShownAndHarmsNobody() {
        metrics.gauge("queue", "A gauge.", () -> 3);
        new NodeMetrics(registry).sizes("queue", "A histogram.").record(1);

        assertThat(family("queue").kind()).isEqualTo(MetricFamily.Kind.GAUGE);
        assertThat(amounts("queue")).containsExactly(Map.entry("{}", 3.0));
    }

    @Test
    void aNameAgainstTheConventionsIsRefused() {
        assertThatThrownBy(() -> metrics.counter("requests", "No unit."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("_total");
        assertThatThrownBy(() -> metrics.gauge("queue_total", "Not a total.", () -> 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metrics.timer("wait_ms", "No base unit.")).hasMessageContaining("base unit");
        assertThatThrownBy(() -> metrics.counter("Requests_total", "Upper case."))
                .hasMessageContaining("lower-case");
        assertThatThrownBy(() -> metrics.gauge("queue", "Odd.", () -> 1, "lone"))
                .hasMessageContaining("pairs");
        assertThatThrownBy(() -> metrics.gauge("queue", "Reserved.", () -> 1, "le", "1"))
                .hasMessageContaining("le");
    }

    @Test
    void everyLimitOfTheNodeIsShown() {
        long shown = registry.collect().stream()
                .filter(family -> family.name().startsWith("patchbay_limit"))
                .mapToLong(family -> family.series().size())
                .sum();
        assertThat(shown).isEqualTo(Limits.class.getFields().length);
    }

    private Optional<MetricFamily> find(String name) {
        return registry.collect().stream()
                .filter(family -> family.name().equals(name))
                .findFirst();
    }

    private MetricFamily family(String name) {
        return find(name).orElseThrow();
    }

    private List<Map.Entry<String, Double>> amounts(String name) {
        return family(name).series().stream()
                .map((MetricSeries one) -> Map.entry(one.labels().toString(), ((Amount) one.reading()).value()))
                .toList();
    }
}
