package io.patchbay.engine.store;

import io.patchbay.api.crypto.Sealer;
import java.nio.file.Path;

/** How stores are sealed, and whether. Any thread. */
public interface StoreSealing {
    /** Nothing is sealed. */
    StoreSealing NONE = new StoreSealing() {
        @Override
        public boolean sealsNew() {
            return false;
        }

        @Override
        public Sealer openSealer(Path folder) {
            throw new IllegalStateException("there are no keys to seal " + folder + " with");
        }
    };

    /** Whether stores that are made from now on are sealed, unless their operator says otherwise. */
    boolean sealsNew();

    /**
     * For one opening of the store in {@code folder}, which exists. Waits for the disk.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if what the folder says of its keys was changed or can't be read or written
     */
    Sealer openSealer(Path folder);
}
