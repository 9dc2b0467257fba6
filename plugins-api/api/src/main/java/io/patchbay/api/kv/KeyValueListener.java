package io.patchbay.api.kv;

import io.patchbay.api.PatchbayException;
import org.osgi.annotation.versioning.ConsumerType;

/** Where the changes of a {@link KeyValueWatch} go. Called by the engine's threads, one call at a time, which must not wait. */
@ConsumerType
public interface KeyValueListener {
    /** Whether a change can be taken now. While it can't, changes wait, bounded; see {@link KeyValueWatch#resume}. */
    boolean writable();

    void onChange(KeyValueChange change);

    /** The last that comes. HISTORY_GONE if changes were lost or the bucket is another now: list anew and watch again; else why it ends. */
    void onEnd(PatchbayException reason);
}
