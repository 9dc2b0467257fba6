package io.patchbay.engine.keys;

import io.patchbay.api.crypto.Sealer;
import java.nio.file.Path;

/** Makes what seals a store. Any thread; waits for the disk. */
public interface Sealing {
    /**
     * For one opening of the store in {@code folder}, which exists: what it seals is a segment of its own.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if what the folder says of its keys was changed or can't be read or written
     */
    Sealer openSealer(Path folder);

    /** Whether anything of the store in {@code folder} is sealed under another data key than the newest, so that it has to be sealed anew. */
    boolean isOutdated(Path folder);

    /** Forgets the data keys that seal nothing any more; durable when it returns. */
    void forgetUnusedKeys();
}
