package io.patchbay.api.auth;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/** Issues and verifies access tokens; a service. Any thread; a call may take a signature's time, never the disk's. */
@ConsumerType
public interface TokenIssuer {
    /** A signed token for {@code identity}, valid for {@code lifetime} from now. */
    String issue(Identity identity, Duration lifetime);

    /** UNAUTHENTICATED if it is no token of this node's; TOKEN_EXPIRED. */
    Identity verify(String token);

    /** The public keys as a JWK set (RFC 7517), JSON. */
    String jwks();
}
