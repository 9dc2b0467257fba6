package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoreState;

/** Whether two stores hold the same, by their running totals: nothing is scanned. */
final class Verification {
    private Verification() {}

    /** @throws PatchbayException INTERNAL, with what differs */
    static void requireEqual(StoreState serving, StoreState other) {
        if (!serving.epoch().equals(other.epoch()) || serving.lastOffset() != other.lastOffset()) {
            throw new PatchbayException(
                    ErrorCode.INTERNAL,
                    "The stores do not stand at the same position: " + serving.epoch() + ":" + serving.lastOffset()
                            + " and " + other.epoch() + ":" + other.lastOffset() + "; nothing was switched.");
        }
        if (!serving.totals().equals(other.totals())) {
            throw new PatchbayException(
                    ErrorCode.INTERNAL,
                    "The stores do not hold the same: " + serving.totals().documents() + " and "
                            + other.totals().documents()
                            + " documents, checksums "
                            + Long.toHexString(serving.totals().checksum()) + " and "
                            + Long.toHexString(other.totals().checksum()) + "; nothing was switched.");
        }
    }
}
