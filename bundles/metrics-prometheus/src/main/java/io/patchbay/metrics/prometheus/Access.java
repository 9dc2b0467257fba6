package io.patchbay.metrics.prometheus;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.http.HttpRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Who may read the metrics, by the configuration {@value #PID}. Admins always may, with their access token. */
enum Access {
    /** Programs on this machine that ask it by its local names and directly, so not whoever comes through a proxy on it. */
    LOCAL,
    ADMINS,
    EVERYONE;

    static final String PID = "io.patchbay.metrics.prometheus";
    static final String ACCESS = "metrics.access";

    private static final String SCHEME = "Bearer ";
    /** What proxies add, by which it shows that the client is not the machine that sent the request. */
    private static final List<String> FORWARDED = List.of(
            "forwarded",
            "x-real-ip",
            "via",
            "x-client-ip",
            "x-cluster-client-ip",
            "cf-connecting-ip",
            "true-client-ip");

    private static final String X_FORWARDED = "x-forwarded";
    /** By another name a web page may have made its own resolve to this machine (DNS rebinding), or a proxy passed it on. */
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(?i)(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d{1,5})?");

    static Access of(Map<String, Object> properties) {
        Object configured = properties.getOrDefault(ACCESS, "local");
        return valueOf(configured.toString().toUpperCase(Locale.ROOT));
    }

    /** Completes if the caller may; fails with UNAUTHENTICATED, TOKEN_EXPIRED or FORBIDDEN. */
    CompletionStage<Void> require(HttpRequest request, Logins logins) {
        if (this == EVERYONE || this == LOCAL && asksDirectly(request)) {
            return CompletableFuture.completedFuture(null);
        }
        String header = request.findHeader("authorization").orElse("");
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new PatchbayException(
                    ErrorCode.UNAUTHENTICATED,
                    "The metrics are for admins: send an access token as 'Authorization: Bearer ...', or set metrics.access in the configuration.");
        }
        return logins.verify(header.substring(SCHEME.length()).strip()).thenAccept(Access::requireAdmin);
    }

    private static void requireAdmin(Identity identity) {
        if (!identity.isAdmin()) {
            throw new PatchbayException(ErrorCode.FORBIDDEN, "Only admins may read the metrics.");
        }
    }

    private static boolean asksDirectly(HttpRequest request) {
        return isLoopback(request.remoteAddress())
                && THIS_MACHINE.matcher(request.findHeader("host").orElse("")).matches()
                && request.headers().keySet().stream()
                        .noneMatch(name -> name.startsWith(X_FORWARDED) || FORWARDED.contains(name));
    }

    private static boolean isLoopback(String address) {
        try {
            // A numeric address, so no name is looked up.
            return !address.isEmpty() && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
