package io.patchbay.store.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Value;

/**
 * Where the store stands, as one record.
 *
 * @param changeBytes what the kept change records take, about
 */
record StateRecord(StoreState state, long changeBytes) {
    static final byte[] KEY = "state".getBytes(UTF_8);
    static final StateRecord NEW = new StateRecord(new StoreState("", 0, 0, Totals.ZERO), 0);
    private static final long FORMAT = 1;

    byte[] encode() {
        return Cbor.encode(Value.struct(
                "format", Value.of(FORMAT),
                "epoch", Value.of(state.epoch()),
                "lastOffset", Value.of(state.lastOffset()),
                "trimmedThrough", Value.of(state.trimmedThrough()),
                "documents", Value.of(state.totals().documents()),
                "checksum", Value.of(state.totals().checksum()),
                "changeBytes", Value.of(changeBytes)));
    }

    /** @throws PatchbayException STORE_UNAVAILABLE if a newer version wrote it */
    static StateRecord decode(byte[] bytes) {
        Value.Struct record = (Value.Struct) Cbor.decode(bytes);
        if (number(record, "format") != FORMAT) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store has format " + number(record, "format") + ", and this version of store-h2 reads format "
                            + FORMAT + "; use the version that wrote it.");
        }
        Totals totals = new Totals(number(record, "documents"), number(record, "checksum"));
        String epoch = record.findText("epoch").orElseThrow();
        return new StateRecord(
                new StoreState(epoch, number(record, "lastOffset"), number(record, "trimmedThrough"), totals),
                number(record, "changeBytes"));
    }

    private static long number(Value.Struct record, String field) {
        return record.findInt(field).orElseThrow();
    }
}
