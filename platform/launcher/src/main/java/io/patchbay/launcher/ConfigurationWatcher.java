package io.patchbay.launcher;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at {@code conf/patchbay.yaml} once a second and applies what has changed.
 *
 * <p>The text itself is compared: that sees every change, whatever the editor, the file system and its clock do, and the file is small.
 */
final class ConfigurationWatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("configuration");

    private static final long LOOK_EVERY_MS = 1000;

    private final ConfigurationFile file;
    private final Consumer<Configuration> onChange;
    private final ScheduledExecutorService timer;

    /** Used by the timer's thread only: the last text that was looked at, valid or not. */
    private String seen;

    /** Used by the timer's thread only: what was said of the last refused file. */
    private String refused = "";

    private ConfigurationWatcher(ConfigurationFile file, String applied, Consumer<Configuration> onChange) {
        this.file = file;
        this.seen = applied;
        this.onChange = onChange;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "configuration-watcher");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param applied the text whose values hold now
     * @param onChange called with each later valid configuration, on the watcher's thread
     */
    static ConfigurationWatcher start(ConfigurationFile file, String applied, Consumer<Configuration> onChange) {
        ConfigurationWatcher watcher = new ConfigurationWatcher(file, applied, onChange);
        watcher.timer.scheduleWithFixedDelay(watcher::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        return watcher;
    }

    private void look() {
        try {
            String text = file.readText();
            if (!text.equals(seen)) {
                seen = text;
                onChange.accept(file.parse(text));
                refused = "";
                log.info("The changed configuration is applied.");
            }
        } catch (StartException e) {
            refuse(e.getMessage());
        } catch (RuntimeException e) {
            log.error("The changed configuration could not be applied.", e);
        }
    }

    private void refuse(String message) {
        // An unreadable file is met again every second; once is enough.
        if (!message.equals(refused)) {
            log.error("The changed configuration is refused and the old one stays: {}", message);
        }
        refused = message;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
