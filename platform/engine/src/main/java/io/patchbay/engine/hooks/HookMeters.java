package io.patchbay.engine.hooks;

import io.patchbay.api.metrics.Metrics;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is counted of one hook. */
final class HookMeters {
    static final String ACCEPTED = "accepted";
    static final String ENRICHED = "enriched";
    static final String REFUSED = "refused";
    /** It threw, or gave an answer that is none. */
    static final String FAILED = "failed";

    static final String TIMED_OUT = "timed_out";
    /** It was not called, because it is isolated or too much waits for it. */
    static final String PASSED_OVER = "passed_over";

    private static final String HOOK = "hook";

    private final Map<String, Metrics.Counter> calls;
    final Metrics.Timer time;
    final Metrics.Counter told;
    final Metrics.Counter untold;

    HookMeters(Metrics metrics, String hook) {
        calls = Stream.of(ACCEPTED, ENRICHED, REFUSED, FAILED, TIMED_OUT, PASSED_OVER)
                .collect(Collectors.toMap(
                        Function.identity(),
                        result -> metrics.counter(
                                "patchbay_hook_calls_total",
                                "Changes that hooks were asked about, by what came of it.",
                                HOOK,
                                hook,
                                "result",
                                result)));
        time = metrics.timer("patchbay_hook_seconds", "Time of a hook's call before a change.", HOOK, hook);
        told = toldMeter(metrics, hook, "told");
        untold = toldMeter(metrics, hook, FAILED);
    }

    private static Metrics.Counter toldMeter(Metrics metrics, String hook, String result) {
        return metrics.counter(
                "patchbay_hook_changes_told_total",
                "Durable changes that hooks were told of, by what came of it; one that failed is told again.",
                HOOK,
                hook,
                "result",
                result);
    }

    void count(String result) {
        calls.get(result).increment();
    }
}
