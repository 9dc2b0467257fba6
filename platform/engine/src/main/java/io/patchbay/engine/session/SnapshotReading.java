package io.patchbay.engine.session;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Position;
import io.patchbay.api.query.SeekKey;
import java.util.List;
import java.util.Optional;

/**
 * How far a snapshot has come: a page at a time, the next one read when the last one could be sent.
 *
 * @param position taken before the first page was read; changes from there on follow
 * @param after where the next page begins
 */
record SnapshotReading(Position position, Optional<SeekKey> after) {
    static SnapshotReading from(Position position) {
        return new SnapshotReading(position, Optional.empty());
    }

    SnapshotReading behind(List<StoredDocument> page) {
        return new SnapshotReading(
                position,
                Optional.of(new SeekKey(List.of(), page.get(page.size() - 1).id())));
    }
}
