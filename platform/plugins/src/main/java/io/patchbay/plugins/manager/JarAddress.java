package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the jar of a plugin may be fetched from.
 *
 * <p>A node that fetches what it is told can be made to speak to what only it can reach. So plain {@code http} leads to this very machine alone, by a literal address or {@code localhost},
 * which no name server can turn elsewhere; everything else is {@code https}, where whoever answers must hold a certificate for the name: a device or a cloud's metadata service on an
 * inner address does not. What comes is never shown to the caller, and is nothing but a jar of the digest that was named.
 */
record JarAddress(URI uri) {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "[::1]");
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int LONGEST = 2048;

    /** BAD_REQUEST with the reason. */
    static JarAddress of(String url) {
        if (url.length() > LONGEST) {
            throw refused("The address of a plugin has at most " + LONGEST + " characters.");
        }
        try {
            return of(new URI(url));
        } catch (URISyntaxException e) {
            throw refused("The address of a plugin is a URL such as https://example.org/plugin.jar, not '%s'."
                    .formatted(shortened(url)));
        }
    }

    private static JarAddress of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("file")) {
            throw refused("A file is not installed by a URL; upload it, or name it on the node's own machine:"
                    + " patchbay plugin install FILE.");
        }
        if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null) {
            throw refused(
                    "A plugin is fetched from a whole http or https URL, such as https://example.org/plugin.jar.");
        }
        if (uri.getRawUserInfo() != null) {
            throw refused("The address of a plugin must not hold a user or a password.");
        }
        JarAddress address = new JarAddress(uri);
        if (scheme.equals("http") && !address.isThisMachine()) {
            throw refused("Plain http fetches plugins from this machine only (127.0.0.1, localhost); use https for %s."
                    .formatted(uri.getHost()));
        }
        return address;
    }

    /** The digest in lower case; BAD_REQUEST if it is none. */
    static String requireDigest(String sha256) {
        if (!DIGEST.matcher(sha256).matches()) {
            throw refused(
                    "A plugin from a URL needs 'sha256', the jar's SHA-256 in 64 hex digits, so that nothing else is"
                            + " installed.");
        }
        return sha256.toLowerCase(Locale.ROOT);
    }

    /** Where a redirect leads; nobody elsewhere may send the node back to its own machine. */
    JarAddress redirectedTo(String location) {
        JarAddress next;
        try {
            next = of(uri.resolve(new URI(location)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw refused("%s redirects to what is no address.".formatted(shown()));
        }
        if (next.isThisMachine() && !isThisMachine()) {
            throw refused("%s redirects to this machine, which is refused.".formatted(shown()));
        }
        return next;
    }

    private boolean isThisMachine() {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return THIS_MACHINE.contains(host) || LOOPBACK.matcher(host).matches();
    }

    /** Without the query, which may hold a secret. */
    String shown() {
        return uri.getScheme() + "://" + uri.getRawAuthority() + shortened(String.valueOf(uri.getRawPath()));
    }

    String fileName() {
        String path = String.valueOf(uri.getPath());
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.isEmpty() ? uri.getHost() : shortened(name);
    }

    private static String shortened(String text) {
        int most = 100;
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= most ? plain : plain.substring(0, most) + "…";
    }

    private static PatchbayException refused(String sentence) {
        return new PatchbayException(ErrorCode.BAD_REQUEST, sentence);
    }
}
