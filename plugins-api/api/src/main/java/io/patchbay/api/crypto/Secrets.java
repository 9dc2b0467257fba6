package io.patchbay.api.crypto;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Small things that a node keeps for itself and nobody else may read, such as keys that sign: encrypted at rest under the node's keyring, each by its name.
 *
 * <p>A name is 1 to 100 letters, digits, {@code -}, {@code _} and {@code .}, beginning with a letter or a digit; a secret takes at most 64 KiB. Any thread; waits for the disk.
 */
@ProviderType
public interface Secrets {
    /**
     * @throws io.patchbay.api.PatchbayException UNAVAILABLE if it is there and can't be opened: damaged, changed, or another's under this name
     */
    Optional<byte[]> find(String name);

    /** What is there under the name; if nothing is, what {@code fresh} makes is put there first. One at a time, so that two threads never end with a secret each. */
    byte[] findOrPut(String name, Supplier<byte[]> fresh);

    /** Whole or not at all, in the place of what was there; durable when it returns. */
    void put(String name, byte[] secret);

    /** No error if there is none. */
    void delete(String name);

    Set<String> names(String prefix);
}
