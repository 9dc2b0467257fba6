package io.patchbay.store.sqlite;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.query.KeyRange;
import io.patchbay.api.query.PlanSource;
import java.util.List;

/** What a query is planned with and read from. */
interface QuerySource extends PlanSource {
    /** Entries that may be read and sorted before reading in order is preferred. */
    int NARROW_ENTRIES = 5000;

    List<IndexDefinition> indexes();

    boolean isNarrow(IndexDefinition index, List<KeyRange> ranges);
}
