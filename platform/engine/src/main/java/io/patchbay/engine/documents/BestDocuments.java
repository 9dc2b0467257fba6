package io.patchbay.engine.documents;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.SeekKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The first documents of an order, picked out of many that come in any order. What would not fit in a page anyway is dropped at once, so that a thousand documents of a megabyte are never held
 * together. One query, one thread.
 */
final class BestDocuments {
    private final SortOrder order;
    private final int limit;
    private final long pageBytes;
    // The worst of them on top.
    private final PriorityQueue<Placed> best;
    private long bytes;

    /** A document with its place in the order that was asked for. */
    private record Placed(SeekKey place, StoredDocument document) {
        long bytes() {
            return document.body().length;
        }
    }

    BestDocuments(SortOrder order, int limit, long pageBytes) {
        this.order = order;
        this.limit = limit;
        this.pageBytes = pageBytes;
        this.best =
                new PriorityQueue<>(Comparator.comparing(Placed::place, order).reversed());
    }

    void add(SeekKey place, StoredDocument document) {
        if (best.size() >= limit && order.compare(place, best.element().place()) > 0) {
            return;
        }
        Placed placed = new Placed(place, document);
        best.add(placed);
        bytes += placed.bytes();
        // One more than fits is kept: it shows that there are more.
        while (best.size() > limit || (best.size() > 2 && bytes - best.element().bytes() > pageBytes)) {
            bytes -= best.remove().bytes();
        }
    }

    /** Of the bodies that are held. */
    long bytes() {
        return bytes;
    }

    List<StoredDocument> inOrder() {
        List<Placed> all = new ArrayList<>(best);
        all.sort(Comparator.comparing(Placed::place, order));
        return all.stream().map(Placed::document).toList();
    }
}
