package io.patchbay.engine.session;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.metrics.Refusals;

/** What all threads of the fan-out count. */
final class FanOutMeters {
    final Metrics.Counter changes;
    final Metrics.Counter events;
    final Metrics.Timer time;
    /** Why subscriptions were ended. */
    final Refusals ended;

    FanOutMeters(Metrics metrics) {
        changes = metrics.counter(
                "patchbay_live_changes_total", "Changes that were matched against the live queries, by each thread.");
        events = metrics.counter("patchbay_live_events_total", "Events handed to subscriptions.");
        ended = new Refusals(metrics, "live");
        time = metrics.timer(
                "patchbay_live_fan_out_seconds",
                "Time a thread took to bring a step of the feed to the live queries and their subscriptions.");
    }
}
