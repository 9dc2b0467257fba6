package io.patchbay.cli.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the rows of one format. */
interface RowReader {
    /** As {@link RowSource#next}. */
    @Nullable
    Row next() throws IOException;
}
