package io.patchbay.engine.migration;

import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Standing;
import io.patchbay.engine.store.Binding;
import java.time.Duration;
import java.util.List;

/**
 * A store beside the one that serves, which is brought to hold the same: the target of a migration, or the store that follows.
 *
 * <p>Either {@link #fill} comes first, into a new store, or {@link #resume}, of one that was level before; then {@link #step} again and again. One thread at a time, but for {@link #offset},
 * {@link #current} and the reading of {@link #tables}, which any thread may call.
 */
public interface Replica extends AutoCloseable {
    Binding binding();

    /** False once its adapter was updated or is going: then it is closed, and opened anew. */
    boolean current();

    /** Copies all that the store that serves holds, while writes go on, page by page; durable, and as of an offset from which {@link #step} goes on. */
    void fill(JobControl control);

    /**
     * Goes on from where it stands, after it was opened.
     *
     * @throws io.patchbay.api.PatchbayException HISTORY_GONE if that is of another history
     */
    void resume();

    /** What it holds durably is as of this offset or later. */
    long offset();

    /**
     * Writes the next transactions of the feed, if there are any, durably, with the offsets that they have there.
     *
     * @return how many offsets it went forward; 0 when it is level
     */
    long step();

    /** What a serving store needs besides what it holds, such as indexes that came meanwhile; writers are not held yet. */
    void prepareToServe();

    /** Until it stands at {@code last}, in a pause of the writers. */
    void finish(Standing last);

    /** What it holds, by the running totals that it keeps itself. */
    Standing standing();

    /** What it is compared by with the store that serves. */
    List<Table<?>> tables();

    /** Forgets of the feed what the store that serves no longer keeps. */
    void trim();

    /** Waits, bounded, for readers that came before it stopped serving. */
    void retire(Duration wait);

    /** Ends all use and lets the adapter go. Idempotent. */
    @Override
    void close();
}
