package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Configuration {@value #PID}.
 *
 * @param allowedHosts names besides localhost that clients may use and that web pages may come from, lower case, without port
 */
record HttpConfig(Set<String> allowedHosts) {
    static final String PID = "io.patchbay.transport.http";
    static final String ALLOWED_HOSTS = "allowed.hosts";

    private static final String PREFIX = "allowed.";

    /** @throws PatchbayException VALUE_INVALID or UNKNOWN_FIELD, in a sentence for the operator */
    static HttpConfig of(Map<String, ?> properties) {
        for (String name : properties.keySet()) {
            if (name.startsWith(PREFIX) && !name.equals(ALLOWED_HOSTS)) {
                throw new PatchbayException(
                        ErrorCode.UNKNOWN_FIELD,
                        "There is no setting " + name + "; did you mean " + ALLOWED_HOSTS + "?");
            }
        }
        Set<String> hosts = new LinkedHashSet<>();
        for (Object value : list(properties.get(ALLOWED_HOSTS))) {
            String host = value.toString().trim().toLowerCase(Locale.ROOT);
            if (host.isEmpty() || host.contains("/") || host.contains("*") || host.matches(".*[^\\]]:\\d+")) {
                throw new PatchbayException(
                        ErrorCode.VALUE_INVALID,
                        ALLOWED_HOSTS + " has \"" + host
                                + "\", but it takes host names without scheme, port and wildcard.");
            }
            hosts.add(host);
        }
        return new HttpConfig(Set.copyOf(hosts));
    }

    private static Collection<?> list(Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Collection<?> many) {
            return many;
        }
        return value instanceof Object[] many
                ? List.of(many)
                : List.of(value.toString().split(","));
    }
}
