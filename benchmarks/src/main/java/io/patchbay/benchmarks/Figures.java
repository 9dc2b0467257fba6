package io.patchbay.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** What several rounds of the same loads saw: each run on the error output as it ends, medians and spreads at the end. Any thread. */
final class Figures {
    private record Seen(LoadClient.Run run, double cpuMicros) {}

    private final Map<String, List<Seen>> seen = new LinkedHashMap<>();

    /** One run of a load. */
    interface Load {
        LoadClient.Run run() throws IOException;
    }

    static void printMachine() {
        System.out.printf(
                "Java %s, %d cores%n", Runtime.version(), Runtime.getRuntime().availableProcessors());
    }

    /**
     * Runs a load, which must not fail once.
     *
     * @param round below 0 warms up and doesn't count
     * @param cpuSeconds of the process that does the work, so far
     */
    LoadClient.Run run(int round, String what, DoubleSupplier cpuSeconds, Load load) {
        try {
            double cpuBefore = cpuSeconds.getAsDouble();
            LoadClient.Run run = load.run();
            double cpuMicros = (cpuSeconds.getAsDouble() - cpuBefore) * 1e6 / run.nanos().length;
            if (run.failed() > 0) {
                throw new IOException(run.failed() + " requests failed: " + what);
            }
            note(round, what, new Seen(run, cpuMicros));
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void note(int round, String what, Seen run) {
        System.err.printf(
                "%s: %,.0f/s, p50 %.2f ms, p99 %.2f ms, longest %.0f ms, %.0f us of CPU each%n",
                what, run.run.perSecond(), run.run.millis(0.5), run.run.millis(0.99), run.run.millis(1), run.cpuMicros);
        if (round >= 0) {
            seen.computeIfAbsent(what, unseen -> new ArrayList<>()).add(run);
        }
    }

    synchronized void print() {
        seen.forEach((what, runs) -> {
            double[] rates = sorted(runs, one -> one.run.perSecond());
            double[] p99 = sorted(runs, one -> one.run.millis(0.99));
            System.out.printf(
                    "%-42s %,8.0f/s (%,.0f-%,.0f)  p50 %.2f ms  p99 %.2f ms (%.2f-%.2f)  server CPU %.0f us each%n",
                    what,
                    median(rates),
                    rates[0],
                    rates[rates.length - 1],
                    median(sorted(runs, one -> one.run.millis(0.5))),
                    median(p99),
                    p99[0],
                    p99[p99.length - 1],
                    median(sorted(runs, one -> one.cpuMicros)));
        });
    }

    private static double[] sorted(List<Seen> runs, java.util.function.ToDoubleFunction<Seen> figure) {
        double[] values = runs.stream().mapToDouble(figure).toArray();
        Arrays.sort(values);
        return values;
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
