package io.patchbay.engine.collections;

import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.engine.access.AccessRules;
import io.patchbay.engine.commit.Guard;
import java.util.Map;
import java.util.Optional;

/**
 * A collection as it stands: what its name means and who may do what in it. Immutable; a new definition makes a new entry.
 *
 * @param revision of the definition's document; 0 for the node's own collections, which have none
 * @param deleting its documents are being deleted: to all others it is gone
 */
public record CollectionEntry(CollectionInfo info, long revision, AccessRules rules, boolean deleting) {
    static CollectionEntry of(SystemCollection system) {
        CollectionDefinition definition = new CollectionDefinition(system.label(), system.indexes(), Map.of());
        return new CollectionEntry(
                new CollectionInfo(definition, system.id()), 0, new AccessRules(system.label(), Map.of()), false);
    }

    public long id() {
        return info.id();
    }

    public String name() {
        return info.definition().name();
    }

    /** What a transaction depends on that was prepared with this entry. */
    public Optional<Guard> guard() {
        if (revision == 0) {
            return Optional.empty();
        }
        return Optional.of(new Guard(new DocumentKey(SystemCollection.COLLECTIONS.id(), name()), revision));
    }
}
