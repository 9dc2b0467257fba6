package io.patchbay.api.protocol;

import io.patchbay.api.auth.Identity;
import org.osgi.annotation.versioning.ProviderType;

/** Sessions without a connection, for protocols of request and reply. */
@ProviderType
public interface Sessions {
    /** Cheap; such a session can't subscribe. */
    Session open(Identity identity);
}
