package io.patchbay.console;

import io.patchbay.api.http.HttpResponse;
import java.util.List;

/** What the console's pages allow themselves: files of this node and requests to it, and inline what the build put there. */
final class SecurityHeaders {
    private final String policy;

    /** @param scripts hashes of what stands in the pages, as are {@code styles} */
    SecurityHeaders(List<String> scripts, List<String> styles) {
        // "connect-src 'self'" covers the WebSocket of the same host and port as well (CSP 3).
        policy = String.join(
                "; ",
                "default-src 'none'",
                "script-src 'self' " + String.join(" ", scripts),
                "style-src 'self' " + String.join(" ", styles),
                "img-src 'self'",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types svelte-trusted-html");
    }

    HttpResponse addTo(HttpResponse response) {
        return response.with("Content-Security-Policy", policy)
                .with("Referrer-Policy", "no-referrer")
                .with("X-Content-Type-Options", "nosniff")
                .with("Cross-Origin-Opener-Policy", "same-origin")
                .with("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    }
}
