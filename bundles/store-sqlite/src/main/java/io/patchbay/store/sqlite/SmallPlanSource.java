package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The few documents of a small collection, sorted by their ids: read whole while the entries of a sealed store are not there yet. */
final class SmallPlanSource implements QuerySource {
    private static final Comparator<byte[]> BYTES = Arrays::compareUnsigned;

    private final List<StoredDocument> sorted;

    SmallPlanSource(List<StoredDocument> documents) {
        this.sorted = documents.stream()
                .sorted(Comparator.comparing(SmallPlanSource::id, BYTES))
                .toList();
    }

    private static byte[] id(StoredDocument document) {
        return document.id().getBytes(UTF_8);
    }

    @Override
    public List<IndexDefinition> indexes() {
        return List.of();
    }

    @Override
    public boolean isNarrow(IndexDefinition index, List<KeyRange> ranges) {
        return false;
    }

    @Override
    public Rows documents(KeyRange range, boolean backward) {
        List<StoredDocument> within = new ArrayList<>(
                sorted.stream().filter(document -> range.contains(id(document))).toList());
        if (backward) {
            Collections.reverse(within);
        }
        Iterator<StoredDocument> rows = within.iterator();
        return new Rows() {
            @Override
            public @Nullable Row next() {
                return rows.hasNext() ? new Row(new byte[0], rows.next()) : null;
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public Rows entries(IndexDefinition index, KeyRange range, Optional<Place> after) {
        throw new IllegalStateException("there are no indexes");
    }

    @Override
    public Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range) {
        throw new IllegalStateException("there are no indexes");
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
