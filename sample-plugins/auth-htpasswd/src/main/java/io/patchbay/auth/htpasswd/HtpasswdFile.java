package io.patchbay.auth.htpasswd;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

    private static final Logger LOG = LoggerFactory.getLogger("auth.htpasswd");
    /** A cost of more than 14 is a second and more of a core; nobody's file should hold the others' logins up so long. */
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

    private static final String NOBODYS = "$2y$%02d$" + ".".repeat(53);
    private static final int COST_AT = 4;

    private final Path file;
    // All guarded by this.
    private List<Object> stamp = List.of();
    private Map<String, String> hashes = Map.of();
    private Kept nobody = new Kept(NOBODYS.formatted(5), false);

    HtpasswdFile(Path file) {
        this.file = file;
    }

    /**
     * What to check a password against.
     *
     * @param known whether it is somebody's; else it is there for the time that checking it takes
     */
    record Kept(String hash, boolean known) {}

    /** @throws PatchbayException UNAVAILABLE if there is no such file, or it can't be read whole */
    synchronized Kept find(String name) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            List<Object> now = List.of(found.lastModifiedTime(), found.size(), String.valueOf(found.fileKey()));
            if (!now.equals(stamp)) {
                hashes = read();
                nobody = new Kept(NOBODYS.formatted(dearest()), false);
                stamp = now;
            }
            String hash = hashes.get(name);
            return hash == null ? nobody : new Kept(hash, true);
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The file of users, " + file.getFileName() + ", can't be read; the node's log says why.",
                    e);
        }
    }

    private int dearest() {
        return hashes.values().stream()
                .mapToInt(hash -> Integer.parseInt(hash.substring(COST_AT, COST_AT + 2)))
                .max()
                .orElse(5);
    }

    private Map<String, String> read() throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw new IOException(file + " is larger than " + MOST_BYTES + " bytes");
        }
        Map<String, String> read = new HashMap<>();
        int number = 0;
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\r?\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (line.length() > MOST_LINE_CHARS || colon < 1) {
                LOG.warn("Line {} of {} is no name and hash of at most {} characters.", number, file, MOST_LINE_CHARS);
            } else if (!BCRYPT.matcher(line.substring(colon + 1)).matches()) {
                LOG.warn(
                        "Line {} of {}: the password of {} is no bcrypt hash of a cost up to 14, so this user can't log in; set it with htpasswd -B.",
                        number,
                        file,
                        line.substring(0, colon));
            } else {
                read.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return Map.copyOf(read);
    }
}
