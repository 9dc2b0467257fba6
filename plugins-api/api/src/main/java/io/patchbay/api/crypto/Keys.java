package io.patchbay.api.crypto;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The keyring as operators see it. Any thread; waits for the disk. */
@ProviderType
public interface Keys {
    KeyringStatus status();

    /**
     * Wraps the data keys under a new master key; nothing that they seal is touched.
     *
     * @param next a file with the new master key, for a node that gets its own from elsewhere than a file of its home; empty to have a new one made in the place of the old
     * @return the id of the new master key
     * @throws io.patchbay.api.PatchbayException BAD_REQUEST if the file is no master key, or one is needed; CONFLICT if it is the key that is there already
     */
    String rotateMaster(Optional<Path> next);

    /**
     * Makes a new data key and seals the secrets with it. The stores are sealed anew by {@code Stores.sealAnew}; a data key is forgotten when nothing is sealed with it any more. If the node is killed on the way,
     * it goes on at its next start.
     *
     * @return how many secrets were sealed anew
     */
    int rotateData();
}
