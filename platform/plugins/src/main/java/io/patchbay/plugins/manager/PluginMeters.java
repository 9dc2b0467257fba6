package io.patchbay.plugins.manager;

import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PluginInfo;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the plugin manager counts, if the node has metrics. */
final class PluginMeters {
    private static final String PROBATION = "patchbay_plugin_probations_failed_total";
    private static final String PROBATION_HELP = "Updates that failed within their probation time.";
    private static final List<String> STATES = List.of("active", "failed", "unavailable");

    private volatile @Nullable Metrics metrics;

    /**
     * What is kept beside the plugins themselves.
     *
     * @param plans that can be carried out
     * @param plannedBytes of the jars that were copied for plans
     * @param receipts of removed versions
     * @param uncollected removed versions whose class loaders are still there
     */
    record Kept(LongSupplier plans, LongSupplier plannedBytes, LongSupplier receipts, LongSupplier uncollected) {}

    /** @param plugins what is installed */
    void use(Metrics service, Supplier<List<PluginInfo>> plugins, Kept kept) {
        metrics = service;
        service.whenAsked(asked -> show(asked, kept));
        for (String state : STATES) {
            service.gauge(
                    "patchbay_plugins",
                    "Installed plugins by state.",
                    () -> plugins.get().stream()
                            .filter(plugin -> plugin.state().equals(state))
                            .count(),
                    "state",
                    state);
        }
        for (Intent.Kind kind : Intent.Kind.values()) {
            changes(service, kind.word(), "done");
            changes(service, kind.word(), "undone");
        }
        service.counter(PROBATION, PROBATION_HELP);
    }

    private static void show(Metrics asked, Kept kept) {
        LimitGauges.show(asked, "plugins", PlanLimits.class);
        gauge(asked, "patchbay_plugin_plans", "Plans that can be carried out without being given again.", kept.plans);
        gauge(
                asked,
                "patchbay_plugin_planned_bytes",
                "Size of the jars that are kept for plans.",
                kept.plannedBytes);
        gauge(asked, "patchbay_plugin_receipts", "Receipts of removed versions that are kept.", kept.receipts);
        gauge(
                asked,
                "patchbay_plugin_loaders_uncollected",
                "Class loaders of removed versions that are still there; the receipts name who holds them.",
                kept.uncollected);
    }

    private static void gauge(Metrics metrics, String name, String help, LongSupplier value) {
        metrics.gauge(name, help, value::getAsLong);
    }

    void lose(Metrics service) {
        if (metrics == service) {
            metrics = null;
        }
    }

    void changed(Plan plan, boolean done, long nanos) {
        Metrics known = metrics;
        if (known != null) {
            changes(known, plan.kind(), done ? "done" : "undone").increment();
            known.timer(
                            "patchbay_plugin_change_seconds",
                            "Time of a change of plugins, its checks and drains included.",
                            "kind",
                            plan.kind())
                    .record(nanos);
        }
    }

    /** An update is taken back because it failed within its probation time. */
    void failedProbation() {
        Metrics known = metrics;
        if (known != null) {
            known.counter(PROBATION, PROBATION_HELP).increment();
        }
    }

    private static Metrics.Counter changes(Metrics metrics, String kind, String outcome) {
        return metrics.counter(
                "patchbay_plugin_changes_total",
                "Changes of plugins by kind and outcome.",
                "kind",
                kind,
                "outcome",
                outcome);
    }
}
