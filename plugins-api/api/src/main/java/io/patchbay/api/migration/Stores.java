package io.patchbay.api.migration;

import io.patchbay.api.plugin.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The node's stores and what serves them; swaps run as jobs while clients go on. Any thread. */
@ProviderType
public interface Stores {
    List<StoreInfo> list();

    /**
     * Moves {@code store} to another adapter, live: copy, replay, a short pause, verify, flip. The old store follows until dropped.
     *
     * @param settings for the new adapter
     * @param plaintext to keep what is in it in clear, though the node encrypts; needed for an adapter that can't
     * @throws io.patchbay.api.PatchbayException NOT_FOUND if there is no such store or adapter; CONFLICT if a swap is under way or the target is already bound; BAD_REQUEST if the adapter can't encrypt
     */
    Job swap(String store, String adapter, Map<String, String> settings, boolean plaintext);

    /**
     * Copies a store that is sealed with an old data key into one that is sealed with the newest, as a swap does, and deletes the old one. A node does so by itself at its start, if a rotation was broken off.
     *
     * @return empty if nothing is sealed with an old key
     * @throws io.patchbay.api.PatchbayException NOT_FOUND if there is no such store; CONFLICT if another store follows it, or a job of the store is under way
     */
    Optional<Job> sealAnew(String store);

    /** Back to the store that follows, by the same verified hand-over; no acknowledged write is lost. CONFLICT if none follows. */
    Job rollBack(String store);

    /** Forgets the store that follows and deletes its files. CONFLICT if none follows. */
    void drop(String store);

    /**
     * Compares the store that serves with the one that follows, row by row, while writes go on; what is still on its way is no difference. The job succeeds whatever it finds: see {@link #findVerification}.
     *
     * @param against the adapter that must be the one that follows; empty for whichever follows
     * @throws io.patchbay.api.PatchbayException NOT_FOUND if there is no such store; CONFLICT if none follows, or another than {@code against}, or a job of the store is under way
     */
    Job verify(String store, Optional<String> against);

    /**
     * What the last comparison of {@code store} found that ended since the node started, with at most {@code limit} of its differences behind the first {@code skip}. May wait for the disk.
     *
     * @throws io.patchbay.api.PatchbayException NOT_FOUND if there is no such store
     */
    Optional<StoreVerification> findVerification(String store, long skip, int limit);
}
