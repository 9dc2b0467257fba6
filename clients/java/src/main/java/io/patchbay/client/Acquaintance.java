package io.patchbay.client;

import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a failed connection means. A node whose certificate is not trusted at the first meeting is a mistake that only a person can mend, and is told at once; one that was reached before may be
 * trusted again tomorrow, and its client waits. The client's thread only.
 */
final class Acquaintance {
    private final URI node;
    private boolean made;

    Acquaintance(URI node) {
        this.node = node;
    }

    void make() {
        made = true;
    }

    /** Why no call will get through until a person acts; empty if a later try may do better. */
    Optional<ClientException> findMistake(@Nullable Throwable failure) {
        return made ? Optional.empty() : findDistrust(failure).map(why -> ClientException.untrusted(node, why));
    }

    private static Optional<String> findDistrust(@Nullable Throwable failure) {
        Optional<String> found = Optional.empty();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateExpiredException) {
                return Optional.of("it has expired");
            }
            if (cause instanceof CertificateException && message.startsWith("No ")) {
                return Optional.of("it is for other names (" + message + ")");
            }
            if (cause instanceof CertificateException) {
                found = Optional.of("nobody whom this program trusts has vouched for it");
            }
        }
        return found;
    }
}
