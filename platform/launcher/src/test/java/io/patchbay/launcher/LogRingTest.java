package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.NoSuchElementException;
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

    /** Each watcher looks at every wake: what it doesn't ask for must cost nothing, and nothing is shown twice or out of order. */
    @Test
    void linesAreReadOneByOneWhileOthersAreWritten() {
        for (int i = 0; i < LogRing.LINES; i++) {
            log.info("line {}", i);
        }
        Enumeration<LogEntry> lines = ring.getLog();
        assertThat(lines.nextElement().getMessage()).isEqualTo("line " + (LogRing.LINES - 1));
        for (int i = 0; i < LogRing.LINES / 2; i++) {
            log.info("later {}", i);
        }
        List<LogEntry> rest = Collections.list(lines);
        assertThat(rest)
                .hasSize(LogRing.LINES / 2 - 1)
                .extracting(LogEntry::getMessage)
                .allMatch(text -> text.startsWith("line "));
        assertThat(rest.get(rest.size() - 1).getMessage()).isEqualTo("line " + LogRing.LINES / 2);
        assertThatThrownBy(lines::nextElement).isInstanceOf(NoSuchElementException.class);
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
