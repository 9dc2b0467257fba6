package io.patchbay.api.document;

import io.patchbay.api.feed.Change;
import java.util.List;

/** What a migration copies at a time: all of it as it stood in the other store. */
public record LoadBatch(List<StoredDocument> documents, List<Change> changes, List<Outcome> outcomes) {
    public LoadBatch {
        documents = List.copyOf(documents);
        changes = List.copyOf(changes);
        outcomes = List.copyOf(outcomes);
    }
}
