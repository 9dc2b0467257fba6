package io.patchbay.plugins.manager;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A plugin that shall be there.
 *
 * @param name its bundle symbolic name
 * @param digest SHA-256 of its jar, in hex
 * @param previous the version before, for a roll-back
 * @param sourceFile the name of the file it came from
 * @param stopped whether it shall be there without running
 * @param onTrial whether it is on probation after an update
 * @param coreLevel the start level of the distribution's bundle that it stands in for; empty if it stands in for none
 * @param remark what the node did to it by itself and why; gone with the next change that is asked for
 */
record WantedPlugin(
        String name,
        String version,
        String digest,
        Optional<Version> previous,
        Instant installedAt,
        String sourceFile,
        boolean stopped,
        boolean onTrial,
        OptionalInt coreLevel,
        Optional<String> remark) {
    private static final String NONE = "-";
    private static final String STOPPED = "stopped";
    private static final String TRIAL = "trial";
    private static final String CORE = "core:";
    private static final String REMARK = "remark:";
    private static final int COLUMNS = 7;

    /** One version of a plugin. */
    record Version(String version, String digest) {}

    Version current() {
        return new Version(version, digest);
    }

    WantedPlugin with(boolean nowStopped) {
        return new WantedPlugin(
                name,
                version,
                digest,
                previous,
                installedAt,
                sourceFile,
                nowStopped,
                onTrial,
                coreLevel,
                Optional.empty());
    }

    WantedPlugin remarked(String sentence) {
        return new WantedPlugin(
                name,
                version,
                digest,
                previous,
                installedAt,
                sourceFile,
                stopped,
                onTrial,
                coreLevel,
                Optional.of(sentence));
    }

    /** Its probation is over. */
    WantedPlugin proved() {
        return new WantedPlugin(
                name, version, digest, previous, installedAt, sourceFile, stopped, false, coreLevel, remark);
    }

    /** What follows the columns is left out if it doesn't hold. */
    String toLine() {
        String line = String.join(
                " ",
                name,
                version,
                digest,
                previous.map(Version::version).orElse(NONE),
                previous.map(Version::digest).orElse(NONE),
                installedAt.toString(),
                URLEncoder.encode(sourceFile, StandardCharsets.UTF_8));
        String core = coreLevel.isPresent() ? " " + CORE + coreLevel.getAsInt() : "";
        String said = remark.map(sentence -> " " + REMARK + URLEncoder.encode(sentence, StandardCharsets.UTF_8))
                .orElse("");
        return line + (stopped ? " " + STOPPED : "") + (onTrial ? " " + TRIAL : "") + core + said;
    }

    /** @throws IllegalArgumentException if it is no such line */
    static WantedPlugin parse(String line) {
        String[] columns = line.split(" ", -1);
        if (columns.length < COLUMNS) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns, found " + columns.length);
        }
        boolean stopped = false;
        boolean onTrial = false;
        OptionalInt coreLevel = OptionalInt.empty();
        Optional<String> remark = Optional.empty();
        for (String mark : List.of(columns).subList(COLUMNS, columns.length)) {
            if (mark.equals(STOPPED)) {
                stopped = true;
            } else if (mark.equals(TRIAL)) {
                onTrial = true;
            } else if (mark.startsWith(CORE)) {
                coreLevel = OptionalInt.of(Integer.parseInt(mark.substring(CORE.length())));
            } else if (mark.startsWith(REMARK)) {
                remark = Optional.of(URLDecoder.decode(mark.substring(REMARK.length()), StandardCharsets.UTF_8));
            } else {
                throw new IllegalArgumentException(
                        "expected " + COLUMNS + " columns, found \"" + mark + "\" behind them");
            }
        }
        Optional<Version> previous =
                columns[4].equals(NONE) ? Optional.empty() : Optional.of(new Version(columns[3], digest(columns[4])));
        try {
            return new WantedPlugin(
                    columns[0],
                    columns[1],
                    digest(columns[2]),
                    previous,
                    Instant.parse(columns[5]),
                    URLDecoder.decode(columns[6], StandardCharsets.UTF_8),
                    stopped,
                    onTrial,
                    coreLevel,
                    remark);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("not a time: " + columns[5], e);
        }
    }

    private static String digest(String text) {
        // It becomes a file name, so it must be nothing else.
        if (!text.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not a SHA-256: " + text);
        }
        return text;
    }
}
