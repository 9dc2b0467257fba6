package io.patchbay.plugins.manager;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A plugin that shall be there.
 *
 * @param name its bundle symbolic name
 * @param digest SHA-256 of its jar, in hex
 * @param previous the version before, for a roll-back
 * @param sourceFile the name of the file it came from
 * @param stopped whether it shall be there without running
 */
record WantedPlugin(
        String name,
        String version,
        String digest,
        Optional<Version> previous,
        Instant installedAt,
        String sourceFile,
        boolean stopped) {
    private static final String NONE = "-";
    private static final String STOPPED = "stopped";
    private static final int COLUMNS = 7;

    /** One version of a plugin. */
    record Version(String version, String digest) {}

    Version current() {
        return new Version(version, digest);
    }

    WantedPlugin with(boolean nowStopped) {
        return new WantedPlugin(name, version, digest, previous, installedAt, sourceFile, nowStopped);
    }

    /** Its last column is left out if it runs. */
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
        return stopped ? line + " " + STOPPED : line;
    }

    /** @throws IllegalArgumentException if it is no such line */
    static WantedPlugin parse(String line) {
        String[] columns = line.split(" ", -1);
        boolean stopped = columns.length == COLUMNS + 1 && columns[COLUMNS].equals(STOPPED);
        if (columns.length != COLUMNS && !stopped) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns, found " + columns.length);
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
                    stopped);
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
