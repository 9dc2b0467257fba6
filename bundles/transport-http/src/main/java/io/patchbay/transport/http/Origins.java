package io.patchbay.transport.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Which web pages may talk to us: our own; on loopback, any of this machine (a front-end development server works at once); and those of allowed hosts. */
final class Origins {
    enum Verdict {
        /** No browser, or a page of our own: nothing to add. */
        SAME,
        /** Another page that may read our answers: CORS headers. */
        ALLOWED,
        REFUSED
    }

    private final Hosts hosts;

    Origins(Hosts hosts) {
        this.hosts = hosts;
    }

    /**
     * @param origin the header's value
     * @param authority host and port that the request went to
     * @param secure whether it came over TLS; then a page that did not is none of our own, whatever its host, as others may have written it on its way
     */
    Verdict judge(String origin, String authority, boolean secure, boolean loopbackListener) {
        URI page;
        try {
            page = new URI(origin);
        } catch (URISyntaxException e) {
            return Verdict.REFUSED;
        }
        String scheme = page.getScheme();
        if (page.getHost() == null
                || !("http".equals(scheme) || "https".equals(scheme))
                || page.getUserInfo() != null
                || !page.getRawPath().isEmpty()) {
            return Verdict.REFUSED;
        }
        int defaultPort = "https".equals(scheme) ? 443 : 80;
        boolean ours = !secure || "https".equals(scheme);
        if (ours
                && withPort(page.getHost(), page.getPort(), defaultPort)
                        .equals(withDefaultPort(authority, defaultPort))) {
            return Verdict.SAME;
        }
        return hosts.isAllowed(page.getHost()) || loopbackListener && hosts.isLocal(page.getHost())
                ? Verdict.ALLOWED
                : Verdict.REFUSED;
    }

    private static String withDefaultPort(String authority, int defaultPort) {
        boolean hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
        return (hasPort ? authority : authority + ":" + defaultPort).toLowerCase(Locale.ROOT);
    }

    private static String withPort(String host, int port, int defaultPort) {
        return (host + ":" + (port < 0 ? defaultPort : port)).toLowerCase(Locale.ROOT);
    }
}
