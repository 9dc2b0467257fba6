package io.patchbay.listeners.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names that clients accept a certificate for: its subject alternative names. A common name is not among them, as no client looks at it any more.
 *
 * @param hosts lower case, perhaps with {@code *.} before them
 * @param addresses as Java writes them
 */
record CertificateNames(List<String> hosts, List<String> addresses) {
    static final String LOCALHOST = "localhost";

    private static final int DNS = 2;
    private static final int IP = 7;
    private static final String ANY = "*.";

    static CertificateNames of(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0).equals(DNS)) {
                    hosts.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                } else if (name.get(0).equals(IP)) {
                    addresses.add(canonical(String.valueOf(name.get(1))));
                }
            }
        } catch (CertificateParsingException e) {
            // A certificate whose names can't be read has none.
        }
        return new CertificateNames(List.copyOf(hosts), List.copyOf(addresses));
    }

    boolean isEmpty() {
        return hosts.isEmpty() && addresses.isEmpty();
    }

    boolean covers(InetAddress address) {
        return addresses.contains(address.getHostAddress());
    }

    boolean coversLocalhost() {
        return hosts.contains(LOCALHOST);
    }

    /** What clients can be told to call the node: rather a name than an address, and rather any than localhost. */
    Optional<String> first() {
        return hosts.stream()
                .filter(host -> !host.startsWith(ANY) && !host.equals(LOCALHOST))
                .findFirst()
                .or(() -> addresses.stream().findFirst())
                .or(() -> coversLocalhost() ? Optional.of(LOCALHOST) : Optional.empty());
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(hosts);
        all.addAll(addresses);
        return all.isEmpty() ? "none" : String.join(", ", all);
    }

    /** The many ways to write an IPv6 address as one. */
    private static String canonical(String literal) {
        try {
            return InetAddress.getByName(literal).getHostAddress();
        } catch (UnknownHostException e) {
            return literal;
        }
    }
}
