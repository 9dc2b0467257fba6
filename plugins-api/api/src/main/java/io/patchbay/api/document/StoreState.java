package io.patchbay.api.document;

/**
 * Where a store stands.
 *
 * @param epoch names the history that the offsets belong to; empty in a store that was never begun
 * @param lastOffset offset of the last durable transaction; 0 if none
 * @param trimmedThrough the change records through this offset are gone; 0 if none are
 * @param totals over all documents
 */
public record StoreState(String epoch, long lastOffset, long trimmedThrough, Totals totals) {}
