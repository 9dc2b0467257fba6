package io.patchbay.client;

import java.util.List;

/** Hears the log of a filter. Called one call at a time, in order; a listener may take its time and may block. */
public interface ChangesListener {
    /**
     * What one transaction changed, in commit order, exactly once, over reconnects too.
     *
     * @param position what to go on from, with {@link Interest#since}, after a restart of one's own
     */
    void onChanges(List<DocumentChange> changes, String position);

    /** The subscription has ended and does not come back: no access, or the history behind the last position is gone (HISTORY_GONE). */
    default void onEnd(ClientException reason) {}
}
