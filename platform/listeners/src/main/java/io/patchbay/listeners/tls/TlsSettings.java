package io.patchbay.listeners.tls;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the node's certificate is.
 *
 * @param certificate PEM (the certificate, then those that vouch for it) or PKCS#12
 * @param key PEM; empty if it stands in the certificate's file
 * @param passwordFile holds the key's password
 * @param passwordVariable the environment variable that holds it
 */
public record TlsSettings(
        Path certificate, Optional<Path> key, Optional<Path> passwordFile, Optional<String> passwordVariable) {
    public static final String PREFIX = "tls.";
    public static final String CERTIFICATE = "tls.certificate";
    public static final String KEY = "tls.key";
    public static final String PASSWORD_FILE = "tls.passwordFile";
    public static final String PASSWORD_VARIABLE = "tls.passwordVariable";

    public static final List<String> KNOWN = List.of(CERTIFICATE, KEY, PASSWORD_FILE, PASSWORD_VARIABLE);

    /**
     * Empty if there is no certificate.
     *
     * @param home what relative paths begin at
     * @throws PatchbayException VALUE_INVALID if what is there makes no sense
     */
    public static Optional<TlsSettings> of(Map<String, ?> properties, Path home) {
        Optional<Path> certificate = path(properties, CERTIFICATE, home);
        Optional<Path> key = path(properties, KEY, home);
        Optional<Path> passwordFile = path(properties, PASSWORD_FILE, home);
        Optional<String> variable = text(properties, PASSWORD_VARIABLE);
        if (certificate.isEmpty()) {
            Stream.of(KEY, PASSWORD_FILE, PASSWORD_VARIABLE)
                    .filter(name -> text(properties, name).isPresent())
                    .findFirst()
                    .ifPresent(name -> {
                        throw invalid(name + " is given without " + CERTIFICATE + ", which TLS begins with.");
                    });
            return Optional.empty();
        }
        if (passwordFile.isPresent() && variable.isPresent()) {
            throw invalid(PASSWORD_FILE + " and " + PASSWORD_VARIABLE + " are both given; the password has one place.");
        }
        return Optional.of(new TlsSettings(certificate.get(), key, passwordFile, variable));
    }

    /** All that a new certificate may come with. */
    List<Path> files() {
        return Stream.of(Optional.of(certificate), key, passwordFile)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Path> path(Map<String, ?> properties, String name, Path home) {
        return text(properties, name).map(text -> {
            try {
                return home.resolve(text);
            } catch (InvalidPathException e) {
                throw invalid(name + " is \"" + text + "\", which is no path: " + e.getReason() + ".");
            }
        });
    }

    private static Optional<String> text(Map<String, ?> properties, String name) {
        @Nullable Object value = properties.get(name);
        return Optional.ofNullable(value)
                .map(Objects::toString)
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    static PatchbayException invalid(String sentence) {
        return new PatchbayException(ErrorCode.VALUE_INVALID, sentence);
    }
}
