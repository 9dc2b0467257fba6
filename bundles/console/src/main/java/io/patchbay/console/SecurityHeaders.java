package io.patchbay.console;

import io.patchbay.api.http.HttpResponse;

/** What the console's page allows itself: files of this node and requests to it, and nothing inline. */
final class SecurityHeaders {
    /** {@code connect-src 'self'} covers the WebSocket of the same host and port as well (CSP 3). */
    static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types svelte-trusted-html");

    private SecurityHeaders() {}

    static HttpResponse addTo(HttpResponse response) {
        return response.with("Content-Security-Policy", POLICY)
                .with("Referrer-Policy", "no-referrer")
                .with("X-Content-Type-Options", "nosniff")
                .with("Cross-Origin-Opener-Policy", "same-origin")
                .with("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    }
}
