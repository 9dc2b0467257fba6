package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.KeyRange;
import io.patchbay.api.query.OrderedKey;
import io.patchbay.api.query.PlanSource;
import io.patchbay.api.query.PlannedScan;
import io.patchbay.api.query.SeekKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Plans, carried out on plain lists, against reading everything. */
class PlannedScanTest {
    private static final long COLLECTION = 1;

    private final Random random = Seeds.random("PlannedScanTest");
    private final RandomDocuments documents = new RandomDocuments(random);
    private final RandomQueries queries = new RandomQueries(random, documents);
    private StoreModel model = filledModel();

    @Test
    void planAndResidualAreTheWholeAnswer() {
        int ordered = 0;
        int indexed = 0;
        for (int i = 0; i < 20_000; i++) {
            model = i % 100 == 0 ? filledModel() : model;
            ListSource source = new ListSource(model.documents());
            StoreQuery query =
                    new StoreQuery(COLLECTION, queries.filter(), List.copyOf(queries.sort()), Optional.empty(), 10);
            query = new StoreQuery(COLLECTION, query.filter(), query.sort(), place(query), 10);
            List<IndexDefinition> indexes = queries.indexes();
            boolean narrow = random.nextInt(4) > 0;
            IndexPlan plan = IndexPlan.of(query, indexes, (index, ranges) -> narrow);
            ordered += plan.ordered() ? 1 : 0;
            indexed += plan.index().isPresent() ? 1 : 0;
            assertThat(ids(scan(plan, source, query)))
                    .as("%s by %s of %s", query, plan, indexes)
                    .isEqualTo(ids(model.query(query)));
            assertThat(source.open).isZero();
        }
        assertThat(ordered).isGreaterThan(5000);
        assertThat(indexed).isGreaterThan(2000);
    }

    private StoreModel filledModel() {
        StoreModel filled = new StoreModel("e", 0);
        for (int i = random.nextInt(120); i >= 0; i--) {
            filled.commit(filled.put(COLLECTION, documents.id(), documents.data(), 0));
        }
        return filled;
    }

    private Optional<SeekKey> place(StoreQuery query) {
        return random.nextInt(3) == 0
                ? Optional.empty()
                : Optional.of(OrderedKey.placeOf(
                        query.sort(), StoredDocument.of(COLLECTION, documents.id(), 1, 1, documents.data())));
    }

    private static List<StoredDocument> scan(IndexPlan plan, ListSource source, StoreQuery query) {
        List<StoredDocument> found = new ArrayList<>();
        try (PlannedScan scan = new PlannedScan(plan, source)) {
            for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
                if (FilterModel.matches(scan.residual(), document)) {
                    found.add(document);
                }
            }
        }
        if (plan.ordered()) {
            return found;
        }
        StoreModel sorter = new StoreModel("", 0);
        found.forEach(sorter::hold);
        assertThat(sorter.documents()).as("each once").hasSameSizeAs(found);
        return sorter.query(new StoreQuery(COLLECTION, Optional.empty(), query.sort(), query.after(), query.limit()));
    }

    private static List<String> ids(List<StoredDocument> documents) {
        return documents.stream().map(StoredDocument::id).toList();
    }

    /** A store of a list: sorts it anew for each question. */
    private static final class ListSource implements PlanSource {
        private final List<StoredDocument> documents;
        private int open = 1;

        ListSource(List<StoredDocument> documents) {
            this.documents = documents;
        }

        @Override
        public Rows documents(KeyRange range, boolean backward) {
            Comparator<Row> byId = Comparator.comparing(row -> id(row), Arrays::compareUnsigned);
            return rows(
                    document -> new Row(new byte[0], document),
                    row -> range.contains(id(row)),
                    backward ? byId.reversed() : byId);
        }

        @Override
        public Rows entries(IndexDefinition index, KeyRange range, Optional<Place> after) {
            assertThat(after.isEmpty() || Arrays.equals(after.get().key(), range.from()))
                    .as("at the range's first key")
                    .isTrue();
            Predicate<Row> behind = row -> after.isEmpty()
                    || !Arrays.equals(row.key(), after.get().key())
                    || Arrays.compareUnsigned(id(row), after.get().id()) > 0;
            return rows(
                    document -> new Row(IndexPlan.entryKey(index, document), document),
                    behind.and(row -> range.contains(row.key())),
                    byKey());
        }

        @Override
        public Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range) {
            return documents.stream()
                    .map(document -> IndexPlan.entryKey(index, document))
                    .filter(range::contains)
                    .max(Arrays::compareUnsigned);
        }

        private static Comparator<Row> byKey() {
            return Comparator.comparing(Row::key, Arrays::compareUnsigned)
                    .thenComparing(ListSource::id, Arrays::compareUnsigned);
        }

        private Rows rows(Function<StoredDocument, Row> row, Predicate<Row> wanted, Comparator<Row> order) {
            Iterator<Row> rows =
                    documents.stream().map(row).filter(wanted).sorted(order).iterator();
            open++;
            return new Rows() {
                @Override
                public Row next() {
                    return rows.hasNext() ? rows.next() : null;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }

        private static byte[] id(Row row) {
            return row.document().id().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            open--;
        }
    }
}
