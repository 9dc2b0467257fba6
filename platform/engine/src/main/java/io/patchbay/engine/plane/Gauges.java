package io.patchbay.engine.plane;

import io.patchbay.api.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;

/** What the data plane shows of its queues and counts while it runs. */
final class Gauges implements AutoCloseable {
    private final List<AutoCloseable> gauges = new ArrayList<>();

    Gauges(DataPlane plane, Metrics metrics) {
        gauges.add(metrics.gauge(
                "patchbay_commit_queue",
                "Transactions that wait.",
                () -> plane.committer().queued()));
        gauges.add(metrics.gauge(
                "patchbay_read_queue", "Reads that wait.", () -> plane.readers().queued()));
        gauges.add(metrics.gauge(
                "patchbay_subscriptions", "Subscriptions.", () -> plane.fanOut().subscriptions()));
        gauges.add(metrics.gauge(
                "patchbay_feed_recent_bytes",
                "Bytes of changes in memory.",
                () -> plane.feed().recentBytes()));
        gauges.add(metrics.gauge(
                "patchbay_feed_offset",
                "Offset of the newest change.",
                () -> plane.feed().position().offset()));
    }

    @Override
    public void close() {
        for (AutoCloseable gauge : gauges) {
            try {
                gauge.close();
            } catch (Exception e) {
                throw new IllegalStateException("removing a gauge does not fail", e);
            }
        }
    }
}
