package io.patchbay.engine.plane;

import io.patchbay.api.crypto.Sealer;
import io.patchbay.engine.keys.Sealing;
import io.patchbay.engine.store.StoreSealing;
import java.nio.file.Path;

/** The keyring's sealing, as far as the configuration wants it. Any thread. */
final class ConfiguredSealing implements StoreSealing {
    private final Sealing keyring;
    private volatile boolean sealNew;

    ConfiguredSealing(Sealing keyring, boolean sealNew) {
        this.keyring = keyring;
        this.sealNew = sealNew;
    }

    void sealNew(boolean wanted) {
        sealNew = wanted;
    }

    @Override
    public boolean sealsNew() {
        return sealNew;
    }

    @Override
    public Sealer openSealer(Path folder) {
        return keyring.openSealer(folder);
    }
}
