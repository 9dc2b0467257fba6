package io.patchbay.metrics.prometheus;

import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricSeries;
import io.patchbay.api.metrics.MetricSeries.Amount;
import io.patchbay.api.metrics.MetricSeries.Distribution;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** Readings in the library's form. */
final class Snapshots {
    private static final String TOTAL = "_total";

    private Snapshots() {}

    static MetricSnapshot of(MetricFamily family) {
        return switch (family.kind()) {
            case COUNTER -> counter(family);
            case GAUGE -> gauge(family);
            case HISTOGRAM -> histogram(family);
        };
    }

    private static MetricSnapshot counter(MetricFamily family) {
        String bare = family.name().substring(0, family.name().length() - TOTAL.length());
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(bare).help(family.help());
        for (MetricSeries one : family.series()) {
            counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(labels(one))
                    .value(((Amount) one.reading()).value())
                    .build());
        }
        return counter.build();
    }

    private static MetricSnapshot gauge(MetricFamily family) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(family.name()).help(family.help());
        for (MetricSeries one : family.series()) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(labels(one))
                    .value(((Amount) one.reading()).value())
                    .build());
        }
        return gauge.build();
    }

    private static MetricSnapshot histogram(MetricFamily family) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(family.name()).help(family.help());
        for (MetricSeries one : family.series()) {
            Distribution found = (Distribution) one.reading();
            List<Double> bounds = new ArrayList<>(found.upperBounds());
            bounds.add(Double.POSITIVE_INFINITY);
            histogram.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(one))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, found.counts()))
                    .sum(found.sum())
                    .build());
        }
        return histogram.build();
    }

    private static Labels labels(MetricSeries one) {
        return Labels.of(
                one.labels().keySet().toArray(String[]::new),
                one.labels().values().toArray(String[]::new));
    }
}
