package io.patchbay.engine.plane;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.feed.ChangeFeed;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;

/** What the data plane shows of its queues and counts while it runs. */
final class Gauges implements AutoCloseable {
    private final DataPlane plane;
    private final AutoCloseable shown;

    Gauges(DataPlane plane, Metrics metrics) {
        this.plane = plane;
        this.shown = metrics.whenAsked(this::show);
    }

    private void show(Metrics metrics) {
        store(metrics);
        reads(metrics, plane.readers());
        feed(metrics, plane.feed());
        live(metrics);
        metrics.gauge("patchbay_commit_queue", "Transactions that wait.", plane.committer()::queued);
    }

    private void store(Metrics metrics) {
        metrics.gauge(
                "patchbay_store_open",
                "1 while the document store is open, else 0.",
                () -> plane.slot().findOpen().isPresent() ? 1 : 0);
        metrics.gauge(
                "patchbay_collections",
                "Collections.",
                () -> plane.catalog().entries().size());
        metrics.gauge(
                "patchbay_documents",
                "Documents, those of the node itself too.",
                ofStore(store -> store.state().totals().documents()));
    }

    private void reads(Metrics metrics, Readers readers) {
        LimitGauges.show(metrics, "engine", "read_queue", Readers.QUEUE);
        metrics.gauge("patchbay_read_queue", "Reads that wait.", readers::queued);
        metrics.gauge("patchbay_reads_running", "Reads that run.", readers::active);
        metrics.gauge("patchbay_read_threads", "Reads that can run at a time.", readers::threads);
        metrics.total("patchbay_reads_refused_total", "Reads refused because the queue was full.", readers::refused);
    }

    private void feed(Metrics metrics, ChangeFeed feed) {
        LimitGauges.show(metrics, "engine", "feed_recent_bytes", ChangeFeed.RECENT_BYTES);
        LimitGauges.show(metrics, "engine", "feed_recent_transactions", ChangeFeed.RECENT_TRANSACTIONS);
        metrics.gauge("patchbay_feed_recent_bytes", "Bytes of changes in memory.", feed::recentBytes);
        metrics.gauge("patchbay_feed_recent_transactions", "Transactions in memory.", feed::recentTransactions);
        metrics.gauge(
                "patchbay_feed_offset",
                "Offset of the newest change.",
                () -> feed.position().offset());
        metrics.gauge(
                "patchbay_feed_trimmed_offset",
                "Offset through which the kept changes were trimmed.",
                ofStore(store -> store.state().trimmedThrough()));
        metrics.gauge(
                "patchbay_feed_kept_bytes",
                "Bytes of changes that the store keeps.",
                ofStore(DocumentStore::changeBytes));
        metrics.gauge(
                "patchbay_feed_keep_bytes",
                "Bytes of changes to keep, as configured.",
                () -> plane.retention().keepBytes());
        metrics.gauge(
                "patchbay_feed_keep_seconds",
                "How long changes are to be kept, as configured.",
                () -> plane.retention().keep().toMillis() / 1e3);
        metrics.gauge("patchbay_feed_pins", "Readers that keep changes from being trimmed.", feed::pins);
    }

    private void live(Metrics metrics) {
        metrics.gauge(
                "patchbay_subscriptions", "Subscriptions.", () -> plane.fanOut().subscriptions());
        metrics.gauge(
                "patchbay_live_behind_transactions",
                "Transactions that the slowest thread of the fan-out has still to bring to its subscriptions.",
                () -> plane.fanOut().behind());
    }

    /** Nothing while no store is open. */
    private DoubleSupplier ofStore(ToLongFunction<DocumentStore> value) {
        return () -> {
            try {
                return plane.slot()
                        .findOpen()
                        .map(open -> (double) value.applyAsLong(open.store()))
                        .orElse(Double.NaN);
            } catch (PatchbayException closedMeanwhile) {
                return Double.NaN;
            }
        };
    }

    @Override
    public void close() {
        try {
            shown.close();
        } catch (Exception e) {
            throw new IllegalStateException("removing gauges does not fail", e);
        }
    }
}
