package io.patchbay.api.protocol;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Collections;
import io.patchbay.api.document.Documents;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.KeyValues;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What one client does, as whom. Any thread; no call waits. */
@ProviderType
public interface Session extends AutoCloseable {
    Identity identity();

    /** From now on {@code identity} calls; subscriptions whose rules it does not meet end with FORBIDDEN. */
    void authenticate(Identity identity);

    Documents documents();

    Collections collections();

    KeyValues keyValues();

    /**
     * Subscribes; events come to the connection's codec, the first only after the stage has completed and its dependents ran.
     *
     * @param subscription the client's or codec's number for it, unique within the session
     * @return the position from which it starts; fails with COLLECTION_NOT_FOUND, FORBIDDEN, FILTER_INVALID, HISTORY_GONE, LIMIT_EXCEEDED
     */
    CompletionStage<Position> subscribe(long subscription, SubscribeRequest request);

    /** Ends it; no event of it comes after this call returned under the connection's monitor. Unknown numbers are ignored. */
    void unsubscribe(long subscription);

    @Override
    void close();
}
