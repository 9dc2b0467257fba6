package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;

class LogRingTest {
    private final LoggerContext context = new LoggerContext();
    private final LogRing ring = new LogRing();
    private final Logger log = context.getLogger("a.b");

    @BeforeEach
    void start() {
        ring.setContext(context);
        ring.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(ring);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void theLastLinesAreKeptNewestFirst() {
        for (int i = 0; i < LogRing.LINES + 10; i++) {
            log.info("line {}", i);
        }
        List<LogEntry> lines = Collections.list(ring.getLog());
        assertThat(lines).hasSize(LogRing.LINES);
        assertThat(lines.get(0).getMessage()).isEqualTo("line " + (LogRing.LINES + 9));
        assertThat(lines.get(0).getSequence() - lines.get(LogRing.LINES - 1).getSequence())
                .isEqualTo(LogRing.LINES - 1);
        assertThat(lines.get(0).getLoggerName()).isEqualTo("a.b");
    }

    @Test
    void linesAreBoundedTextWithoutSecrets() {
        log.error("login with password={} failed", "s3cret", new IllegalStateException("no such user"));
        log.warn("x".repeat(LogRing.LINE_CHARS * 2));
        List<LogEntry> lines = Collections.list(ring.getLog());
        assertThat(lines.get(0).getMessage()).hasSize(LogRing.LINE_CHARS + 1);
        assertThat(lines.get(1).getMessage())
                .startsWith("login with password=*** failed\njava.lang.IllegalStateException: no such user")
                .doesNotContain("s3cret");
        assertThat(lines.get(1).getException()).isNull();
        assertThat(lines.get(1).getLogLevel()).isEqualTo(LogLevel.ERROR);
    }

    @Test
    void listenersHearOfEachLineUntilTheyLeave() {
        List<String> heard = new ArrayList<>();
        LogListener listener = line -> heard.add(line.getMessage());
        ring.addLogListener(listener);
        log.info("one");
        ring.removeLogListener(listener);
        log.info("two");
        assertThat(heard).containsExactly("one");
    }
}
