package io.patchbay.api.transfer;

import io.patchbay.api.feed.Position;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of a chunk. */
public sealed interface ImportOutcome {
    /** All of it is durable. */
    record Written(ImportState state, Position position) implements ImportOutcome {}

    /**
     * Nothing was written: documents are there under the ids of some rows.
     *
     * @param rows their places in the chunk, ascending
     */
    record Present(List<Integer> rows) implements ImportOutcome {
        public Present {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Nothing was written: hooks refuse some rows.
     *
     * @param rows why, by their places in the chunk, ascending
     */
    record Refused(Map<Integer, String> rows) implements ImportOutcome {
        public Refused {
            rows = Collections.unmodifiableMap(new TreeMap<>(rows));
        }
    }
}
