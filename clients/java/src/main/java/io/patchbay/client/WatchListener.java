package io.patchbay.client;

import java.util.Map;

/** Sees the state of a filter. Called one call at a time; when it is slower than the changes are, it sees the newest state and not every one on the way. */
public interface WatchListener {
    /** @param documents by id; a view that is good during the call, so copy what is to be kept */
    void onState(Map<String, Document> documents, String position);

    /** The subscription has ended and does not come back. */
    default void onEnd(ClientException reason) {}
}
