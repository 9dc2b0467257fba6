package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.time.Duration;

/** How a job goes: a bar that is drawn over itself on a terminal, else a line per change, a second apart. Used by one thread. */
final class Progress implements AutoCloseable {
    private static final int BAR = 24;
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(1);

    private final Screen screen;
    private String last = "";
    private long lastAtNanos = Long.MIN_VALUE;
    private boolean drawn;

    Progress(Screen screen) {
        this.screen = screen;
    }

    void show(Value.Struct message) {
        if (message.fields().get("plan") instanceof Value.Struct plan) {
            Texts.of(plan, "warnings").forEach(warning -> screen.note("Warning: " + warning));
        }
        if (message.fields().get("progress") instanceof Value.Struct progress) {
            showProgress(progress);
        }
    }

    private void showProgress(Value.Struct progress) {
        String line = line(progress);
        if (screen.isWatched()) {
            screen.draw(line);
            drawn = true;
        } else if (!line.equals(last) && isTime()) {
            screen.note(line);
            last = line;
            lastAtNanos = System.nanoTime();
        }
    }

    private boolean isTime() {
        return lastAtNanos == Long.MIN_VALUE || System.nanoTime() - lastAtNanos >= LINE_INTERVAL.toNanos();
    }

    /** {@code [######------]  50 % copying 500 of 1000 documents, 3 s left}. */
    static String line(Value.Struct progress) {
        StringBuilder line = new StringBuilder();
        Value part = progress.fields().get("progress");
        double fraction =
                part instanceof Value.Real real ? real.value() : part instanceof Value.Int whole ? whole.value() : -1;
        if (fraction >= 0) {
            int full = (int) Math.round(Math.min(1, fraction) * BAR);
            line.append('[')
                    .append("#".repeat(full))
                    .append("-".repeat(BAR - full))
                    .append(']');
            line.append(String.format(" %3d %% ", (int) Math.floor(Math.min(1, fraction) * 100)));
        }
        String text = progress.findText("text").orElse("");
        line.append(text.isEmpty() ? progress.findText("title").orElse("") : text);
        progress.findInt("etaMs")
                .ifPresent(ms -> line.append(", ").append((ms + 999) / 1000).append(" s left"));
        return line.toString();
    }

    @Override
    public void close() {
        if (drawn) {
            screen.note("");
        }
    }
}
