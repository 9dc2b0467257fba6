package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How fast documents go, and how long it will take: the bar of {@link Progress}. Used by one thread. */
final class TransferProgress implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final Progress progress;
    private final long bytesTotal;
    private final long beganNanos = System.nanoTime();
    private long shownNanos = beganNanos;
    private long bytesBegan = -1;

    /** @param bytesTotal 0 if it is not known */
    TransferProgress(Screen screen, long bytesTotal) {
        this.progress = new Progress(screen);
        this.bytesTotal = bytesTotal;
    }

    void show(long documents, long bytesRead) {
        if (bytesBegan < 0) {
            bytesBegan = bytesRead;
        }
        long now = System.nanoTime();
        if (now - shownNanos < INTERVAL.toNanos()) {
            return;
        }
        shownNanos = now;
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("text", Value.of(rate(documents)));
        if (bytesTotal > 0) {
            double part = Math.min(1, (double) bytesRead / bytesTotal);
            fields.put("progress", Value.of(part));
            long done = bytesRead - bytesBegan;
            if (done > 0) {
                double leftNanos = (double) (now - beganNanos) / done * Math.max(0, bytesTotal - bytesRead);
                fields.put("etaMs", Value.of((long) (leftNanos / 1e6)));
            }
        }
        progress.show(Value.struct("progress", new Value.Struct(fields)));
    }

    double seconds() {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    /** {@code 12,000 documents, 40,000/s}. */
    String rate(long documents) {
        return String.format(
                Locale.ROOT, "%s, %,.0f/s", Texts.count(documents, "document"), documents / Math.max(1e-3, seconds()));
    }

    @Override
    public void close() {
        progress.close();
    }
}
