package io.patchbay.auth.htpasswd;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names and bcrypt hashes, one {@code name:hash} a line; read again whenever the file has changed. Waits for the disk; any thread. */
final class HtpasswdFile {
    static final int MOST_BYTES = 4 << 20;
    static final int MOST_LINE_CHARS = 512;
    /** Lines that are told of one by one. */
    static final int MOST_FAULTS = 20;

    private static final Logger LOG = LoggerFactory.getLogger("auth.htpasswd");
    /** A file system's clock is coarse: a file that has just been written may be written again and look the same. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** What a log can show on one line as it is. */
    private static final Pattern NAME =
            Pattern.compile("[^\\p{C}\\p{Z}:\uFFFD](?:[^\\p{C}:\uFFFD]*[^\\p{C}\\p{Z}:\uFFFD])?");
    /** A cost of more than 14 is a second and more of a core; nobody's file should hold the others' logins up so long. */
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

    private static final String NOBODYS = "$2y$%02d$" + ".".repeat(53);
    private static final int COST_AT = 4;
    private static final int COST_OF_NONE = 5;

    private final Path file;
    private final Clock clock;
    // All guarded by this.
    private List<Object> stamp = List.of();
    private List<String> faults = List.of();
    private Map<String, String> hashes = Map.of();
    private Kept nobody = new Kept(NOBODYS.formatted(COST_OF_NONE), false);

    HtpasswdFile(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * What to check a password against.
     *
     * @param known whether it is somebody's; else it is there for the time that checking it takes
     */
    record Kept(String hash, boolean known) {}

    /** @throws PatchbayException UNAVAILABLE if there is no such file, or it can't be read whole; its cause is for operators */
    synchronized Kept find(String name) {
        try {
            readIfChanged();
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The file of users can't be read; its plugin's health says why.", e);
        }
        String hash = hashes.get(name);
        return hash == null ? nobody : new Kept(hash, true);
    }

    private void readIfChanged() throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file + "; make it with htpasswd -cB FILE NAME", e);
        }
        List<Object> now = List.of(found.lastModifiedTime(), found.size(), String.valueOf(found.fileKey()));
        if (now.equals(stamp)) {
            return;
        }
        // A pipe would hold up whoever opens it.
        if (!found.isRegularFile()) {
            throw new IOException(file + " is no file");
        }
        hashes = read();
        nobody = new Kept(NOBODYS.formatted(dearest()), false);
        boolean settled =
                found.lastModifiedTime().toInstant().isBefore(clock.instant().minus(SETTLED));
        stamp = settled ? now : List.of();
    }

    private int dearest() {
        return hashes.values().stream()
                .mapToInt(hash -> Integer.parseInt(hash.substring(COST_AT, COST_AT + 2)))
                .max()
                .orElse(COST_OF_NONE);
    }

    /** What can be read of it: a line that can't be harms its own user alone. */
    private Map<String, String> read() throws IOException {
        Map<String, String> read = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (String line : text().split("\r?\n", -1)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                String fault = faultOf(line);
                if (fault.isEmpty()) {
                    int colon = line.indexOf(':');
                    // As Apache has it: of two lines of one name, the first counts.
                    read.putIfAbsent(line.substring(0, colon), line.substring(colon + 1));
                } else {
                    wrong.add("line " + number + " " + fault);
                }
            }
        }
        tell(wrong);
        return Map.copyOf(read);
    }

    private String text() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException(file + " is larger than " + MOST_BYTES + " bytes");
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        }
    }

    private static String faultOf(String line) {
        int colon = line.indexOf(':');
        if (line.length() > MOST_LINE_CHARS || colon < 0) {
            return "is no name:hash of at most " + MOST_LINE_CHARS + " characters";
        }
        String name = line.substring(0, colon);
        if (!NAME.matcher(name).matches()) {
            return "begins with what is no user's name";
        }
        return BCRYPT.matcher(line.substring(colon + 1)).matches()
                ? ""
                : "has no bcrypt hash of a cost of 4 to 14 for " + name
                        + ", who therefore can't log in; set the password with htpasswd -B";
    }

    /** Once, not at each reading. */
    private void tell(List<String> wrong) {
        List<String> told = new ArrayList<>(wrong.subList(0, Math.min(wrong.size(), MOST_FAULTS)));
        if (wrong.size() > MOST_FAULTS) {
            told.add((wrong.size() - MOST_FAULTS) + " more lines are wrong");
        }
        if (!told.equals(faults)) {
            told.forEach(fault -> LOG.warn("{}: {}.", file, fault));
            faults = told;
        }
    }
}
