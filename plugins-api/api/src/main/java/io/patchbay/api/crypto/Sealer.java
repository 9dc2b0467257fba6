package io.patchbay.api.crypto;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Encrypts what one store keeps, under the node's keyring: AES-256-GCM, with nonces that never repeat, not after a restored backup nor on a copied machine. Made for one opening of a store's folder and used no longer than that. Any thread; never waits for the disk but when a segment is full, once
 * in four thousand million records.
 *
 * <p>A record is sealed in a context: all that says which record it is, such as its kind, the collection, the key and the revision. It opens in that context alone, so what was moved elsewhere is found out as what was changed.
 */
@ProviderType
public interface Sealer {
    /** By how much a sealed record is longer than a plain one. */
    int OVERHEAD_BYTES = 29;

    /** The length of {@link #lookup}'s result. */
    int LOOKUP_BYTES = 16;

    /** @param context authenticated, but not kept */
    byte[] seal(byte[] context, byte[] plain);

    /** Empty if it was not sealed so: in another context or store, under a key that is gone, or changed by so much as a bit. */
    Optional<byte[]> open(byte[] context, byte[] sealed);

    /** A keyed hash, by which a store finds a record whose key it keeps sealed: the same for as long as the store lives, in another store another. */
    byte[] lookup(byte[] key);
}
