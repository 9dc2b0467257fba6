package io.patchbay.engine.migration;

import io.patchbay.api.feed.Position;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.StoreBindings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A kind of store, such as the documents, as the machinery of swaps sees it: the place that an adapter's store is plugged into, its writers and its feed. Whoever implements it and registers it as a
 * service has live swaps, roll-backs, drops, followers and comparisons, with their commands, routes, jobs and metrics.
 *
 * <p>What a kind must have: one total order of its writes, an offset for each; a feed from which the writes behind an offset can be read again; running totals of what it holds (a count and a sum of
 * hashes), so that two stores are compared without a scan. Any thread.
 */
public interface SwappableStore {
    /** As in {@code patchbay store list}; its folders and its lines in {@code data/bindings} begin with it. */
    String name();

    /** What its rows are called where they are counted, such as {@code documents}. */
    String unit();

    /** The adapters that are there, by name. */
    List<String> adapters();

    /** Whether the adapter, which is there, can keep what it is given encrypted. */
    boolean seals(String adapter);

    /** Whether a store that is made now is encrypted, unless its operator says otherwise. */
    boolean sealsNew();

    /** {@code serving} or {@code unavailable}. */
    String state();

    /** What is wrong; empty while a store serves. */
    Optional<String> findFault();

    /** Completes with what was bound when the node started. */
    CompletionStage<StoreBindings> bound();

    /** What is bound now; empty until {@link #bound} has completed. */
    Optional<StoreBindings> findBindings();

    /** Changes, durably, what is written about the follower; what serves stays. */
    void writeFollower(Optional<Binding> follower);

    Path folderOf(Binding binding);

    /** {@code name-N-adapter}: a folder, relative to {@code data}, that no store has had. */
    String newDirectory(String adapter);

    /** Where the store that serves stands; empty while none is open. */
    Optional<Standing> findStanding();

    /** Behind the newest durable write. Never waits. */
    Position position();

    /** Whether a store has been opened since the node started, so that {@link #position} means something. */
    boolean started();

    /** Runs {@code listener} after each batch that became durable; it must do no more than wake someone. Close to end. */
    AutoCloseable onPublish(Runnable listener);

    /** Has the feed kept behind {@code offset} for a reader called {@code name}, within bounds. */
    Pin pin(String name, long offset);

    /**
     * Holds writers, who queue and do not fail, until it is closed.
     *
     * @throws io.patchbay.api.PatchbayException TIMEOUT if the batch under way did not end within {@code wait}; STORE_UNAVAILABLE if no store is open
     */
    Pause pause(Duration wait);

    /**
     * Opens a store beside the one that serves, in a folder that is made if need be. May wait for the adapter.
     *
     * @throws io.patchbay.api.PatchbayException UNAVAILABLE if there is no such adapter; STORE_UNAVAILABLE if it can't open
     */
    Replica openBeside(Binding binding);

    /** As {@link #openBeside} if the adapter is there now; never waits for one. */
    Optional<Replica> findBeside(Binding binding);

    /**
     * Writes {@code next} as what is bound, then lets {@code replica}, which is level, serve, from one call to the next. Called in a {@link Pause}.
     *
     * @return the store that served until now, level, open, and listening from this moment on; if this fails nothing has changed, and {@code replica} is still its caller's
     */
    Replica switchTo(Replica replica, StoreBindings next);

    /** Where a store stands, and the running totals of what it holds. */
    record Standing(String epoch, long offset, long items, long checksum) {
        public Position position() {
            return new Position(epoch, offset);
        }
    }

    /** Writers wait while it is open. */
    interface Pause extends AutoCloseable {
        /** Where the store that serves stands; nothing moves it meanwhile. */
        Standing standing();

        @Override
        void close();
    }

    /** Keeps the feed from being trimmed. */
    interface Pin extends AutoCloseable {
        void moveTo(long offset);

        @Override
        void close();
    }
}
