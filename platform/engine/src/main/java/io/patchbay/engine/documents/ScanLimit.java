package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.engine.access.Visibility;
import java.util.function.LongSupplier;

/** How much one query may look at: so many documents without an index, and so long whatever it does, since it keeps a reader from all others. One query, one thread. */
final class ScanLimit {
    private final DocumentScan scan;
    private final StoreQuery query;
    private final boolean everything;
    private final LongSupplier nanoTime;
    private final long beganNanos;
    private int looked;

    ScanLimit(DocumentScan scan, StoreQuery query, Visibility wanted, LongSupplier nanoTime) {
        this.scan = scan;
        this.query = query;
        this.everything = wanted.isAll() && query.sort().isEmpty();
        this.nanoTime = nanoTime;
        this.beganNanos = nanoTime.getAsLong();
    }

    /** @throws PatchbayException QUERY_NEEDS_INDEX if another document may not be looked at */
    void count() {
        looked++;
        if (looked > Limits.UNINDEXED_SCAN_DOCUMENTS && !everything && !scan.indexed()) {
            throw refused(
                    "unindexed_scan_documents",
                    "would look at more than " + Limits.UNINDEXED_SCAN_DOCUMENTS + " documents; give");
        }
        if (nanoTime.getAsLong() - beganNanos > Limits.REQUEST.toNanos()) {
            throw refused(
                    "request", "takes longer than " + Limits.REQUEST.toSeconds() + " s; ask for less at once, or give");
        }
    }

    private PatchbayException refused(String limit, String what) {
        return PatchbayException.beyond(
                limit,
                ErrorCode.QUERY_NEEDS_INDEX,
                "This query " + what + " the collection an index over " + QueryFields.of(query.filter(), query.sort())
                        + ".");
    }
}
