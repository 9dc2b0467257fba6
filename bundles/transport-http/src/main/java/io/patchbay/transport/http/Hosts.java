package io.patchbay.transport.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which names a client may have reached us by. On loopback a foreign name means that some web page made its own name resolve to this machine (DNS rebinding) to read our answers as
 * its own.
 */
final class Hosts {
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private final Set<String> allowed;

    /** @param allowed further names, lower case, such as those of a proxy in front */
    Hosts(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** @param host without port, an IPv6 address in brackets; may be empty */
    boolean accepts(String host, boolean loopbackListener) {
        return !host.isEmpty()
                && (!loopbackListener || isLocal(host) || allowed.contains(host.toLowerCase(Locale.ROOT)));
    }

    boolean isLocal(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.startsWith("127.") && LOOPBACK_V4.matcher(host).matches();
    }

    boolean isAllowed(String host) {
        return allowed.contains(host.toLowerCase(Locale.ROOT));
    }
}
