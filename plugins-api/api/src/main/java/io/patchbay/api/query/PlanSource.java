package io.patchbay.api.query;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a store reads for {@link PlannedScan}: one collection, as it stands at one moment. Used by one thread; closed by the scan. At most one {@link Rows} is open at a time.
 */
@ConsumerType
public interface PlanSource extends AutoCloseable {
    /** The documents with an id from {@code range}, by ascending or descending id. */
    Rows documents(KeyRange range, boolean backward);

    /**
     * The entries of {@code index} with a key from {@code range}, by ascending key and then ascending id.
     *
     * @param after its key is the range's first; only entries behind this place
     */
    Rows entries(IndexDefinition index, KeyRange range, Optional<IndexPlan.Place> after);

    /** The last key of {@code index} in {@code range}. */
    Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range);

    @Override
    void close();

    /** Rows one by one. */
    @ConsumerType
    interface Rows extends AutoCloseable {
        /** The next row; null at the end. */
        @Nullable
        Row next();

        @Override
        void close();
    }

    /** @param key as the index holds it; empty for rows that come by id */
    record Row(byte[] key, StoredDocument document) {}
}
