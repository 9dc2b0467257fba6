package io.patchbay.cli.transfer;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that go into one transaction.
 *
 * @param after how many rows came before
 * @param before the digest of these
 * @param digest with the rows of this batch
 * @param bytesRead of the file, about
 * @param last whether the file ends behind it
 * @param fault why nothing behind it can be read; null if it can, or at the end
 */
public record Batch(
        long after,
        List<Row> rows,
        RowDigest before,
        String digest,
        long bytesRead,
        boolean last,
        @Nullable IOException fault) {
    /** Bytes of documents, unless one has more. */
    public static final int BYTES = 1 << 20;

    /** The digest of the rows before and the first {@code count} of these. */
    public String digest(int count) {
        if (count == rows.size()) {
            return digest;
        }
        RowDigest part = before.copy();
        rows.subList(0, count).forEach(part::add);
        return part.text();
    }
}
