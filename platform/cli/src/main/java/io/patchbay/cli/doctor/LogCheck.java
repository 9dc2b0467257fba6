package io.patchbay.cli.doctor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors that the log holds of the last day. */
final class LogCheck {
    private static final Duration LOOKED_BACK = Duration.ofDays(1);

    /** The end of the log that is read; more than a day of errors has. */
    private static final int BYTES_MAX = 4 << 20;

    private static final Pattern ERROR = Pattern.compile("^(\\d{4}-\\d\\d-\\d\\dT\\S+)\\s+ERROR\\s+(.*)$");

    private LogCheck() {}

    static List<Finding> log(Patient patient) throws IOException {
        Path file = patient.home().resolve("logs").resolve("patchbay.log");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        Instant from = patient.now().minus(LOOKED_BACK);
        int errors = 0;
        String last = "";
        for (String line : end(file).split("\n")) {
            Matcher error = ERROR.matcher(line);
            if (error.matches() && time(error.group(1)).filter(from::isBefore).isPresent()) {
                errors++;
                last = error.group(2).strip();
            }
        }
        if (errors == 0) {
            return List.of();
        }
        return List.of(Finding.warning(
                "log",
                "The log holds " + errors + (errors == 1 ? " error" : " errors") + " of the last day, the last: "
                        + last,
                "Read " + file + " around it."));
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String end(Path file) throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            long from = Math.max(0, log.length() - BYTES_MAX);
            byte[] bytes = new byte[(int) (log.length() - from)];
            log.seek(from);
            log.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
