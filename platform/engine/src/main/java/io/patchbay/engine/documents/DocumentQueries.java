package io.patchbay.engine.documents;

import io.patchbay.api.Limits;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.expression.Evaluator;
import io.patchbay.engine.expression.Steps;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks the store, and does what it leaves to be done: filter, sort, skip, and stop in time. Any thread that may wait. */
public final class DocumentQueries {
    /** A page ends early rather than grow beyond this; it always has one document if there is one. */
    public static final int PAGE_BYTES = 2 << 20;

    private final StoreSlot slot;

    public DocumentQueries(StoreSlot slot) {
        this.slot = slot;
    }

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
     * @throws io.patchbay.api.PatchbayException QUERY_NEEDS_INDEX when too many documents would have to be looked at, or for too long; LIMIT_EXCEEDED when what is asked takes too many steps for one of them
     */
    public Found find(
            CollectionEntry collection, Visibility wanted, List<SortField> sort, Optional<SeekKey> after, int limit) {
        if (wanted.isNone()) {
            return new Found(List.of(), false);
        }
        StoreQuery query = new StoreQuery(collection.id(), wanted.storeFilter(), sort, after, limit + 1);
        try (StoreUse use = slot.use();
                DocumentScan scan = use.store().query(query)) {
            List<StoredDocument> found =
                    scan.ordered() ? inOrder(scan, query, wanted, limit + 1) : sorted(scan, query, wanted, limit + 1);
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
        ScanLimit scanLimit = new ScanLimit(scan, query, wanted, System::nanoTime);
        long bytes = 0;
        // The document that overflows the page is kept: it shows that there are more.
        while (found.size() < limit && bytes <= PAGE_BYTES) {
            StoredDocument document = scan.next();
            if (document == null) {
                break;
            }
            scanLimit.count();
            if (matches(scan, document, wanted)) {
                found.add(document);
                bytes += document.body().length;
            }
        }
        return found;
    }

    private static List<StoredDocument> sorted(DocumentScan scan, StoreQuery query, Visibility wanted, int limit) {
        SortOrder order = new SortOrder(query.sort());
        BestDocuments best = new BestDocuments(order, limit, PAGE_BYTES);
        ScanLimit scanLimit = new ScanLimit(scan, query, wanted, System::nanoTime);
        for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
            scanLimit.count();
            if (matches(scan, document, wanted)) {
                SeekKey place = order.keyOf(document);
                if (query.after().isEmpty()
                        || order.compare(place, query.after().get()) > 0) {
                    best.add(place, document);
                }
            }
        }
        return best.inOrder();
    }

    private static boolean matches(DocumentScan scan, StoredDocument document, Visibility wanted) {
        Optional<Expression> residual = scan.residual();
        if (residual.isEmpty()) {
            return wanted.meetsRules(document);
        }
        Steps steps = new Steps(Limits.EXPRESSION_STEPS);
        boolean matches = Evaluator.matches(residual.get(), document, steps);
        // Whether it is the rule that is too costly, which hides the document, or what was asked, which fails.
        return steps.usedUp() ? wanted.includes(document) : matches && wanted.meetsRules(document);
    }
}
