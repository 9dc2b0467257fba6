package io.patchbay.api.document;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Times as RFC 3339 text in UTC, as {@link Instant#toString} has them; every document that is read has one, and Java's own formatter costs as much as the rest of its head. Any thread. */
final class TimeText {
    private static final int LAST_YEAR_OF_FOUR_DIGITS = 9999;

    private TimeText() {}

    static String of(long epochMs) {
        int ms = (int) Math.floorMod(epochMs, 1000L);
        long second = Math.floorDiv(epochMs, 1000L);
        LocalDateTime time;
        try {
            time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        } catch (java.time.DateTimeException beyondItsYears) {
            return Instant.ofEpochMilli(epochMs).toString();
        }
        if (time.getYear() < 0 || time.getYear() > LAST_YEAR_OF_FOUR_DIGITS) {
            return Instant.ofEpochMilli(epochMs).toString();
        }
        StringBuilder text = new StringBuilder(24);
        two(text, time.getYear() / 100);
        two(text, time.getYear() % 100);
        two(text.append('-'), time.getMonthValue());
        two(text.append('-'), time.getDayOfMonth());
        two(text.append('T'), time.getHour());
        two(text.append(':'), time.getMinute());
        two(text.append(':'), time.getSecond());
        if (ms > 0) {
            text.append('.').append((char) ('0' + ms / 100));
            two(text, ms % 100);
        }
        return text.append('Z').toString();
    }

    private static void two(StringBuilder text, int number) {
        text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
