package io.patchbay.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The node's logs: a short line on the console, a dated one in {@code logs/patchbay.log}; the last ones are kept in memory too.
 *
 * <p>Set up in code, as reading logback's XML would cost the start a tenth of a second; and before anything else asks for a logger, which would stay silent for ever.
 */
final class Logging {

    /** Libraries that report each step of their own start and stop. */
    private static final List<String> MACHINERY = List.of("org.apache.felix", "org.eclipse.jetty");

    /** Warns of each request with an address that is none, so a stranger could fill the log; such requests are refused and counted. */
    private static final String MALFORMED_ADDRESSES = "org.eclipse.jetty.util.HostPort";

    private static final String CONSOLE = "console";
    private static final String CONSOLE_LINE = "%d{HH:mm:ss.SSS} %-5level %-18.18logger{0} %msg%n%rEx";
    private static final String FILE_LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger %msg%n%rEx";

    private static final long FILE_BYTES = 10 << 20;
    private static final long ALL_FILES_BYTES = 200 << 20;
    private static final int DAYS_KEPT = 30;

    private final LoggerContext context;
    private final LogRing ring = new LogRing();

    private Logging(LoggerContext context) {
        this.context = context;
    }

    static Logging open() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        Logging logging = new Logging(context);
        logging.start(CONSOLE, console, CONSOLE_LINE);
        logging.startRing();
        logging.setLevel("info");
        return logging;
    }

    /** Writes to the files in {@code folder} too, from now on. */
    void openFiles(Path folder) {
        RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
        file.setContext(context);
        file.setFile(folder.resolve("patchbay.log").toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(file);
        policy.setFileNamePattern(
                folder.resolve("patchbay.%d{yyyy-MM-dd}.%i.log.gz").toString());
        policy.setMaxFileSize(new FileSize(FILE_BYTES));
        policy.setMaxHistory(DAYS_KEPT);
        policy.setTotalSizeCap(new FileSize(ALL_FILES_BYTES));
        policy.start();
        file.setRollingPolicy(policy);
        start("file", file, FILE_LINE);
    }

    void setLevel(String level) {
        Level wanted = Level.toLevel(level);
        root().setLevel(wanted);
        // The machinery tells at "info" what only its developers want to know.
        boolean curious = Level.INFO.isGreaterOrEqual(wanted) && wanted != Level.INFO;
        for (String machinery : MACHINERY) {
            context.getLogger(machinery).setLevel(curious ? wanted : Level.WARN);
        }
        context.getLogger(MALFORMED_ADDRESSES).setLevel(curious ? wanted : Level.OFF);
    }

    /** From now on only the files are written. */
    void closeConsole() {
        root().detachAppender(CONSOLE);
    }

    /** Writes out what is left; nothing is logged from here on. */
    void close() {
        context.stop();
    }

    private void start(String name, OutputStreamAppender<ILoggingEvent> appender, String line) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(line);
        encoder.start();
        appender.setName(name);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        Appender<ILoggingEvent> started = appender;
        root().addAppender(started);
    }

    private void startRing() {
        ring.setContext(context);
        ring.setName("ring");
        ring.start();
        root().addAppender(ring);
    }

    /** The last lines of the log. */
    LogRing ring() {
        return ring;
    }

    private Logger root() {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
