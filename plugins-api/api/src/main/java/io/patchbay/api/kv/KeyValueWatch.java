package io.patchbay.api.kv;

import io.patchbay.api.feed.Position;
import org.osgi.annotation.versioning.ProviderType;

/** A listener's place at a bucket. Any thread. */
@ProviderType
public interface KeyValueWatch extends AutoCloseable {
    /** Every change behind it comes; what is listed after the watch began has all those before it, and perhaps some behind it: an entry's revision tells. */
    Position position();

    /** To be called when the listener is {@link KeyValueListener#writable} again. */
    void resume();

    /** Nothing comes any more once this has returned, but a call that is under way. Idempotent. */
    @Override
    void close();
}
