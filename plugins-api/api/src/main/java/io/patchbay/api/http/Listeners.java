package io.patchbay.api.http;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The platform's listening sockets. Any thread. */
@ProviderType
public interface Listeners {
    /** Where the node can be reached now, with the ports that were really bound; empty when it is offline, or when {@link #findProblem} says why not. */
    List<InetSocketAddress> addresses();

    /** What a client calls those, such as {@code http://127.0.0.1:7420}; with TLS by a name that the certificate has, if it has any. */
    List<URI> urls();

    /** Why the node does not listen as configured, in one sentence for the operator; empty while it does. A changed configuration, or a changed certificate, may end the problem. */
    Optional<String> findProblem();
}
