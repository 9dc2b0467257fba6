package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads as a caller may see them. The readers' threads. */
public final class DocumentReads {
    private final DocumentQueries queries;
    private final Catalog catalog;
    private final ParsedFilters filters;

    public DocumentReads(DocumentQueries queries, Catalog catalog, ParsedFilters filters) {
        this.queries = queries;
        this.catalog = catalog;
        this.filters = filters;
    }

    /** Empty if there is none, or none that the caller may see. */
    public Optional<Document> find(Caller caller, String collectionName, String id) {
        catalog.awaitLoaded();
        CollectionEntry collection = caller.require(collectionName);
        Visibility sight = caller.requireSight(collection, Action.READ);
        return queries.find(collection.id(), DocumentIds.require(id))
                .filter(sight::sees)
                .map(document -> new Document(collection.name(), document));
    }

    public Document get(Caller caller, String collection, String id) {
        return find(caller, collection, id)
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.DOCUMENT_NOT_FOUND,
                        "There is no document '" + id + "' in '" + collection + "'.",
                        Map.of("collection", collection, "id", id)));
    }

    public Page list(Caller caller, ListRequest request) {
        catalog.awaitLoaded();
        CollectionEntry collection = caller.require(request.collection());
        Visibility sight = caller.requireSight(collection, Action.LIST);
        requireLimits(request);
        Visibility wanted =
                request.filter().isPresent() ? sight.and(parse(request.filter().get())) : sight;
        List<SortField> sort = request.sort();
        long fingerprint = Cursor.fingerprint(collection.id(), request.filter(), sort);
        Optional<SeekKey> after = request.cursor().map(cursor -> Cursor.read(cursor, fingerprint, sort.size()));
        DocumentQueries.Found found = queries.find(collection, wanted, sort, after, request.limit());
        List<Document> items = found.documents().stream()
                .map(document -> new Document(collection.name(), document))
                .toList();
        return new Page(
                items, found.more() ? Optional.of(cursor(found.documents(), sort, fingerprint)) : Optional.empty());
    }

    private Expression parse(String filter) {
        return filters.parse(filter);
    }

    private static void requireLimits(ListRequest request) {
        if (request.limit() < 1 || request.limit() > Limits.LIST_MAX) {
            throw PatchbayException.beyond(
                    "list_max",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A page has 1 to " + Limits.LIST_MAX + " documents, not " + request.limit() + ".");
        }
        if (request.sort().size() > Limits.SORT_FIELDS) {
            throw PatchbayException.beyond(
                    "sort_fields",
                    ErrorCode.SORT_INVALID,
                    "A list is sorted by at most " + Limits.SORT_FIELDS + " fields.");
        }
    }

    private static String cursor(List<StoredDocument> documents, List<SortField> sort, long fingerprint) {
        SeekKey place = new SortOrder(sort).keyOf(documents.get(documents.size() - 1));
        if (!Cursor.fits(place)) {
            throw new PatchbayException(
                    ErrorCode.SORT_INVALID,
                    "The values of " + QueryFields.of(Optional.empty(), sort) + " are too long to page by.");
        }
        return Cursor.write(place, fingerprint);
    }
}
