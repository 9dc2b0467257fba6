package io.patchbay.engine.migration.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Change;
import io.patchbay.engine.migration.Table;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongFunction;

/** The tables of a document store, beside those of the one that serves. */
final class DocumentTables {
    private static final long ROW_BYTES = 100;

    private final StoreSlot slot;
    private final DocumentStore other;
    private final LongFunction<String> collectionNames;

    DocumentTables(StoreSlot slot, DocumentStore other, LongFunction<String> collectionNames) {
        this.slot = slot;
        this.other = other;
        this.collectionNames = collectionNames;
    }

    /** @param through the changes that both have; later ones are still on their way */
    List<Table<?>> all(long through) {
        return List.of(new Documents(), new Changes(through), new Outcomes());
    }

    private <T> T ask(Table.Side side, Function<DocumentStore, T> question) {
        return switch (side) {
            case OTHER -> question.apply(other);
            case SERVING -> {
                try (StoreUse use = slot.use()) {
                    yield question.apply(use.store());
                }
            }
        };
    }

    private static void compare(List<String> differs, String name, boolean equal) {
        if (!equal) {
            differs.add(name);
        }
    }

    private static int compareText(String left, String right) {
        return Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    private final class Documents implements Table<StoredDocument> {
        @Override
        public String name() {
            return "documents";
        }

        @Override
        public long about() {
            return ask(Side.SERVING, DocumentStore::state).totals().documents();
        }

        @Override
        public int compareKeys(StoredDocument left, StoredDocument right) {
            int byCollection = Long.compare(left.collection(), right.collection());
            return byCollection != 0 ? byCollection : compareText(left.id(), right.id());
        }

        @Override
        public List<StoredDocument> page(Side side, Optional<StoredDocument> after, int limit) {
            Optional<DocumentKey> key = after.map(row -> new DocumentKey(row.collection(), row.id()));
            return ask(side, store -> store.scanDocuments(key, limit));
        }

        @Override
        public Optional<StoredDocument> find(Side side, StoredDocument like) {
            return ask(side, store -> store.find(like.collection(), like.id()));
        }

        @Override
        public List<String> differences(StoredDocument serving, StoredDocument other) {
            List<String> differs = new ArrayList<>(0);
            compare(differs, "revision", serving.revision() == other.revision());
            compare(differs, "updatedAt", serving.updatedAtMs() == other.updatedAtMs());
            compare(differs, "body", Arrays.equals(serving.body(), other.body()));
            return differs;
        }

        @Override
        public OptionalLong revision(StoredDocument row) {
            return OptionalLong.of(row.revision());
        }

        @Override
        public boolean mayBeAlone(StoredDocument row) {
            return false;
        }

        @Override
        public String collection(StoredDocument row) {
            return collectionNames.apply(row.collection());
        }

        @Override
        public String id(StoredDocument row) {
            return row.id();
        }

        @Override
        public long bytes(StoredDocument row) {
            return ROW_BYTES + row.body().length;
        }
    }

    /** A change stays as it is until it is trimmed, which each store does in its time. */
    private final class Changes implements Table<Change> {
        private static final Comparator<Change> BY_KEY =
                Comparator.comparingLong(Change::offset).thenComparingInt(Change::index);

        private final long through;

        Changes(long through) {
            this.through = through;
        }

        @Override
        public String name() {
            return "changes";
        }

        @Override
        public long about() {
            return Math.max(0, through - trimmed());
        }

        /** A page holds whole transactions, so it may be short before the end. */
        @Override
        public boolean isBounded() {
            return true;
        }

        private long trimmed() {
            return Math.max(
                    ask(Side.SERVING, DocumentStore::state).trimmedThrough(),
                    other.state().trimmedThrough());
        }

        @Override
        public int compareKeys(Change left, Change right) {
            return BY_KEY.compare(left, right);
        }

        @Override
        public List<Change> page(Side side, Optional<Change> after, int limit) {
            long from = after.map(Change::offset).orElse(0L);
            while (true) {
                try {
                    long behind = Math.max(from, trimmed());
                    return ask(side, store -> store.readChanges(behind, limit)).stream()
                            .filter(change -> change.offset() <= through)
                            .toList();
                } catch (PatchbayException trimmedMeanwhile) {
                    if (trimmedMeanwhile.code() != ErrorCode.HISTORY_GONE) {
                        throw trimmedMeanwhile;
                    }
                }
            }
        }

        @Override
        public Optional<Change> find(Side side, Change like) {
            try {
                return ask(side, store -> store.readChanges(like.offset() - 1, 1)).stream()
                        .filter(change -> BY_KEY.compare(change, like) == 0)
                        .findFirst();
            } catch (PatchbayException trimmed) {
                if (trimmed.code() != ErrorCode.HISTORY_GONE) {
                    throw trimmed;
                }
                return Optional.empty();
            }
        }

        @Override
        public List<String> differences(Change serving, Change other) {
            List<String> differs = new ArrayList<>(0);
            compare(differs, "collection", serving.collection() == other.collection());
            compare(differs, "id", serving.id().equals(other.id()));
            compare(differs, "committedAt", serving.committedAtMs() == other.committedAtMs());
            compare(differs, "op", serving.deletes() == other.deletes());
            if (!serving.deletes() && !other.deletes()) {
                compare(
                        differs,
                        "updatedAt",
                        serving.document().orElseThrow().updatedAtMs()
                                == other.document().orElseThrow().updatedAtMs());
                compare(
                        differs,
                        "body",
                        Arrays.equals(
                                serving.document().orElseThrow().body(),
                                other.document().orElseThrow().body()));
            }
            return differs;
        }

        @Override
        public OptionalLong revision(Change row) {
            return OptionalLong.of(row.offset());
        }

        @Override
        public boolean mayBeAlone(Change row) {
            return row.offset() <= trimmed();
        }

        @Override
        public String collection(Change row) {
            return collectionNames.apply(row.collection());
        }

        @Override
        public String id(Change row) {
            return row.id();
        }

        @Override
        public long bytes(Change row) {
            return ROW_BYTES
                    + row.document().map(document -> document.body().length).orElse(0);
        }
    }

    private final class Outcomes implements Table<Outcome> {
        @Override
        public String name() {
            return "outcomes";
        }

        @Override
        public long about() {
            return 0;
        }

        @Override
        public int compareKeys(Outcome left, Outcome right) {
            int byIdentity = compareText(left.identity(), right.identity());
            return byIdentity != 0 ? byIdentity : compareText(left.key(), right.key());
        }

        @Override
        public List<Outcome> page(Side side, Optional<Outcome> after, int limit) {
            return ask(side, store -> store.scanOutcomes(after, limit));
        }

        @Override
        public Optional<Outcome> find(Side side, Outcome like) {
            return ask(side, store -> store.findOutcome(like.identity(), like.key()));
        }

        @Override
        public List<String> differences(Outcome serving, Outcome other) {
            List<String> differs = new ArrayList<>(0);
            compare(differs, "request", Arrays.equals(serving.requestHash(), other.requestHash()));
            compare(differs, "result", Arrays.equals(serving.result(), other.result()));
            compare(differs, "expiresAt", serving.expiresAtMs() == other.expiresAtMs());
            return differs;
        }

        @Override
        public OptionalLong revision(Outcome row) {
            return OptionalLong.empty();
        }

        @Override
        public boolean mayBeAlone(Outcome row) {
            return row.expiresAtMs() < System.currentTimeMillis();
        }

        @Override
        public String collection(Outcome row) {
            return row.identity();
        }

        @Override
        public String id(Outcome row) {
            return row.key();
        }

        @Override
        public long bytes(Outcome row) {
            return ROW_BYTES + row.requestHash().length + row.result().length;
        }
    }
}
