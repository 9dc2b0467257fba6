package io.patchbay.api.http;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The platform's listening sockets. Any thread. */
@ProviderType
public interface Listeners {
    /** Where the node can be reached now, with the ports that were really bound; empty when it is offline, or when {@link #findProblem} says why not. */
    List<InetSocketAddress> addresses();

    /** Why the configured address is not open, in one sentence for the operator; empty while all is as configured. A changed configuration may end the problem. */
    Optional<String> findProblem();
}
