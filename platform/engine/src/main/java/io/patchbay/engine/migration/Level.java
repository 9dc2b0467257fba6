package io.patchbay.engine.migration;

import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Standing;
import java.util.List;

/** What a comparison asks of whoever brings the other store along. Used by the job's thread. */
interface Level {
    /** The other store's tables, as long as it stays open. */
    List<Table<?>> tables();

    /** Waits until the other store holds all through {@code offset}; it can be cancelled. */
    void awaitPassed(long offset, JobControl control);

    /** Brings the other store to {@code last}, where writers are held, then looks. */
    void look(Standing last, Runnable look);
}
