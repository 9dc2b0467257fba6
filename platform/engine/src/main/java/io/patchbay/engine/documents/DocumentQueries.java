package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.expression.Evaluator;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Asks the store, and does what it leaves to be done: filter, sort, skip, and stop in time. Any thread that may wait. */
public final class DocumentQueries {
    /** A page ends early rather than grow beyond this; it always has one document if there is one. */
    public static final int PAGE_BYTES = 2 << 20;

    private final StoreSlot slot;

    public DocumentQueries(StoreSlot slot) {
        this.slot = slot;
    }

    /** A document with its place in the order that was asked for. */
    private record Placed(SeekKey place, StoredDocument document) {}

    /** @param more whether documents follow */
    public record Found(List<StoredDocument> documents, boolean more) {}

    public Optional<StoredDocument> find(long collection, String id) {
        try (StoreUse use = slot.use()) {
            return use.store().find(collection, id);
        }
    }

    /**
     * The first {@code limit} documents that {@code wanted} lets through, in order.
     *
     * @throws PatchbayException QUERY_NEEDS_INDEX when too many documents would have to be looked at
     */
    public Found find(CollectionEntry collection, Visibility wanted, List<SortField> sort, Optional<SeekKey> after, int limit) {
        StoreQuery query = new StoreQuery(collection.id(), wanted.storeFilter(), sort, after, limit + 1);
        try (StoreUse use = slot.use();
                DocumentScan scan = use.store().query(query)) {
            List<StoredDocument> found = scan.ordered()
                    ? inOrder(scan, query, wanted, limit + 1)
                    : sorted(scan, query, wanted, limit + 1);
            int count = Math.min(limit, fitting(found));
            return new Found(found.subList(0, count), found.size() > count);
        }
    }

    /** How many of them fit in a frame, but one at least. */
    private static int fitting(List<StoredDocument> documents) {
        long bytes = 0;
        for (int i = 0; i < documents.size(); i++) {
            bytes += documents.get(i).body().length;
            if (bytes > PAGE_BYTES && i > 0) {
                return i;
            }
        }
        return documents.size();
    }

    private static List<StoredDocument> inOrder(DocumentScan scan, StoreQuery query, Visibility wanted, int limit) {
        List<StoredDocument> found = new ArrayList<>(Math.min(limit, Limits.LIST_DEFAULT));
        int looked = 0;
        long bytes = 0;
        // The document that overflows the page is kept: it shows that there are more.
        while (found.size() < limit && bytes <= PAGE_BYTES) {
            StoredDocument document = scan.next();
            if (document == null) {
                break;
            }
            requireFew(scan, ++looked, query, wanted);
            if (matches(scan, document, wanted)) {
                found.add(document);
                bytes += document.body().length;
            }
        }
        return found;
    }

    /** Keeps the best {@code limit} of all, the worst of them on top of a heap. */
    private static List<StoredDocument> sorted(DocumentScan scan, StoreQuery query, Visibility wanted, int limit) {
        SortOrder order = new SortOrder(query.sort());
        PriorityQueue<Placed> best = new PriorityQueue<>(Comparator.comparing(Placed::place, order).reversed());
        int looked = 0;
        StoredDocument document = scan.next();
        while (document != null) {
            requireFew(scan, ++looked, query, wanted);
            if (matches(scan, document, wanted)) {
                Placed placed = new Placed(order.keyOf(document), document);
                boolean behind = query.after().isEmpty() || order.compare(placed.place(), query.after().get()) > 0;
                if (behind && isAmongBest(best, placed, order, limit)) {
                    best.add(placed);
                }
            }
            document = scan.next();
        }
        List<Placed> all = new ArrayList<>(best);
        all.sort(Comparator.comparing(Placed::place, order));
        return all.stream().map(Placed::document).toList();
    }

    private static boolean isAmongBest(PriorityQueue<Placed> best, Placed placed, SortOrder order, int limit) {
        if (best.size() < limit) {
            return true;
        }
        @Nullable Placed worst = best.peek();
        if (worst != null && order.compare(placed.place(), worst.place()) < 0) {
            best.poll();
            return true;
        }
        return false;
    }

    private static boolean matches(DocumentScan scan, StoredDocument document, Visibility wanted) {
        Optional<Expression> residual = scan.residual();
        return (residual.isEmpty() || Evaluator.matches(residual.get(), document)) && wanted.meetsRules(document);
    }

    private static void requireFew(DocumentScan scan, int looked, StoreQuery query, Visibility wanted) {
        if (looked > Limits.UNINDEXED_SCAN_DOCUMENTS && !scan.indexed() && !(wanted.isAll() && query.sort().isEmpty())) {
            throw new PatchbayException(
                    ErrorCode.QUERY_NEEDS_INDEX,
                    "This query would look at more than " + Limits.UNINDEXED_SCAN_DOCUMENTS
                            + " documents; give the collection an index over " + QueryFields.of(query.filter(), query.sort()) + ".");
        }
    }
}
