package io.patchbay.api.protocol;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.feed.Position;
import java.util.List;
import java.util.Optional;

/** What happens to a subscription; {@code subscription} is the number it was made with. */
public sealed interface SubscriptionEvent {
    long subscription();

    /** A part of the state at {@code position}; live changes follow after the {@code last} part. */
    record Snapshot(long subscription, Position position, List<Document> items, boolean last)
            implements SubscriptionEvent {}

    /** What one transaction (or, coalesced, several) changed, to apply as a whole. */
    record Changes(long subscription, Position position, List<DocumentChange> changes) implements SubscriptionEvent {}

    /** The state that the client holds can't be carried on: throw it away; a snapshot follows ({@code WATCH}), or the subscription has ended ({@code CHANGES}). */
    record Reload(long subscription, PatchbayException reason) implements SubscriptionEvent {}

    /** The subscription has ended. */
    record Ended(long subscription, PatchbayException reason) implements SubscriptionEvent {}

    /**
     * @param revision of the change
     * @param document what the document became; empty if it was deleted, left the filter or left the caller's sight: remove it, whether known or not
     * @param deleted whether it no longer exists ({@code CHANGES} tells a delete from a leave)
     */
    record DocumentChange(String id, long revision, Optional<Document> document, boolean deleted) {}
}
