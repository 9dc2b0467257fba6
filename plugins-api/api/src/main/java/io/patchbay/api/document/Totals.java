package io.patchbay.api.document;

/**
 * A running sum over all documents of a store: their number, and the sum (modulo 2^64) of a hash of each one's collection, id, revision and body.
 * Two stores with equal totals hold the same documents; adding and removing one costs one hash, so nothing is ever scanned to keep it.
 */
public record Totals(long documents, long checksum) {
    public static final Totals ZERO = new Totals(0, 0);

    public Totals plus(StoredDocument document) {
        return new Totals(documents + 1, checksum + DocumentHash.of(document));
    }

    public Totals minus(StoredDocument document) {
        return new Totals(documents - 1, checksum - DocumentHash.of(document));
    }

    public Totals after(Mutation mutation) {
        Totals without = mutation.before().map(this::minus).orElse(this);
        return mutation.after().map(without::plus).orElse(without);
    }
}
