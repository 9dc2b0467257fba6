package io.patchbay.api.transfer;

import java.util.List;

/**
 * The next rows of an import.
 *
 * @param after how many rows of the source came before these
 * @param through how many have been read with these; more than {@code rows} has, if some are left out
 * @param digest what tells the source's first {@code through} rows from others, in words of the caller's own
 * @param rows what is written; at most {@link #ROWS}, of at most {@link io.patchbay.api.Limits#TRANSACTION_BYTES}; no id twice
 * @param replace whether a row replaces the document that is there under its id; else it must not be there
 * @param skipped how many rows, among those between {@code after} and {@code through}, are left out
 * @param last whether the source ends here
 */
public record ImportChunk(
        String collection,
        String name,
        long after,
        long through,
        String digest,
        List<ImportRow> rows,
        boolean replace,
        long skipped,
        boolean last) {
    /** One operation of the transaction is how far the import has come. */
    public static final int ROWS = io.patchbay.api.Limits.TRANSACTION_OPERATIONS - 1;

    public static final int NAME_CHARS = 200;

    public ImportChunk {
        rows = List.copyOf(rows);
    }
}
