package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Rights;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;

/** Who asks, and what a collection's name means to them. */
public interface Caller {
    Identity identity();

    /** @throws PatchbayException COLLECTION_NOT_FOUND */
    CollectionEntry require(String collection);

    default Rights rights(CollectionEntry collection) {
        return collection.rules().of(identity());
    }

    /** @throws PatchbayException FORBIDDEN if nothing can ever be seen */
    default Visibility requireSight(CollectionEntry collection, Action action) {
        Visibility visibility = rights(collection).visibility(action);
        if (visibility.isNone()) {
            throw forbidden(action, collection.name());
        }
        return visibility;
    }

    default PatchbayException forbidden(Action action, String collection) {
        String hint = identity().isAnonymous() ? "; log in first" : "";
        return new PatchbayException(
                ErrorCode.FORBIDDEN,
                "You may not " + action.label() + " documents of '" + collection + "'" + hint + ".");
    }
}
