package io.patchbay.engine.migration.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.feed.Change;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.Pacing;
import io.patchbay.engine.migration.Pages;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Copies what a store holds into another, page by page, while writes go on. One thread. */
final class StoreCopy {
    /** About as much as one page should hold in memory. */
    private static final long PAGE_BYTES = 8L << 20;

    /** Large, since each page costs the target a transaction, in which it rewrites about the same pages of its indexes. */
    private static final int LARGEST_PAGE = 10_000;

    private final StoreSlot source;
    private final DocumentStore target;
    private final JobControl control;
    private final Pacing pacing;

    StoreCopy(StoreSlot source, DocumentStore target, Pacing pacing, JobControl control) {
        this.source = source;
        this.target = target;
        this.pacing = pacing;
        this.control = control;
    }

    private <T> T read(Function<DocumentStore, T> question) {
        control.checkCancelled();
        try (StoreUse use = source.use()) {
            return question.apply(use.store());
        }
    }

    /** Every document, as it is when its page is read; what changes meanwhile is the replay's matter. Returns how many. */
    long documents(long about) {
        Optional<DocumentKey> after = Optional.empty();
        Pages pages = new Pages(LARGEST_PAGE, PAGE_BYTES);
        long copied = 0;
        while (true) {
            Optional<DocumentKey> from = after;
            int limit = pages.rows();
            List<StoredDocument> documents = read(store -> store.scanDocuments(from, limit));
            if (documents.isEmpty()) {
                return copied;
            }
            target.load(new LoadBatch(documents, List.of(), List.of()));
            copied += documents.size();
            control.progress("copying documents", copied, Math.max(about, copied), "documents");
            StoredDocument last = documents.get(documents.size() - 1);
            after = Optional.of(new DocumentKey(last.collection(), last.id()));
            pages.had(
                    documents.size(),
                    documents.stream()
                            .mapToLong(document -> document.body().length)
                            .sum());
            pacing.rest();
        }
    }

    /** The kept changes through {@code last}. Returns the offset behind which the target has them. */
    long history(StoreState last) {
        long from = last.trimmedThrough();
        long first = from;
        long at = from;
        Pages pages = new Pages(LARGEST_PAGE, PAGE_BYTES);
        while (at < last.lastOffset()) {
            List<Change> changes;
            try {
                long behind = at;
                int limit = pages.rows();
                changes = read(store -> store.readChanges(behind, limit));
            } catch (PatchbayException trimmedMeanwhile) {
                if (trimmedMeanwhile.code() != ErrorCode.HISTORY_GONE) {
                    throw trimmedMeanwhile;
                }
                first = read(DocumentStore::state).trimmedThrough();
                at = first;
                continue;
            }
            List<Change> wanted = changes.stream()
                    .filter(change -> change.offset() <= last.lastOffset())
                    .toList();
            if (wanted.isEmpty()) {
                return first;
            }
            target.load(new LoadBatch(List.of(), wanted, List.of()));
            at = wanted.get(wanted.size() - 1).offset();
            control.progress("copying history", at - from, last.lastOffset() - from, "transactions");
            pages.had(wanted.size(), wanted.stream().mapToLong(StoreCopy::bytes).sum());
            pacing.rest();
        }
        return first;
    }

    void outcomes() {
        Optional<Outcome> after = Optional.empty();
        long copied = 0;
        while (true) {
            Optional<Outcome> from = after;
            List<Outcome> outcomes = read(store -> store.scanOutcomes(from, LARGEST_PAGE));
            if (outcomes.isEmpty()) {
                return;
            }
            target.load(new LoadBatch(List.of(), List.of(), outcomes));
            copied += outcomes.size();
            control.progress("copying idempotency records", copied, 0, "records");
            after = Optional.of(outcomes.get(outcomes.size() - 1));
            pacing.rest();
        }
    }

    /** What the target truly holds: read back, not believed. */
    Totals readBack(long about) {
        Totals totals = Totals.ZERO;
        Optional<DocumentKey> after = Optional.empty();
        Pages pages = new Pages(LARGEST_PAGE, PAGE_BYTES);
        while (true) {
            control.checkCancelled();
            List<StoredDocument> documents = target.scanDocuments(after, pages.rows());
            if (documents.isEmpty()) {
                return totals;
            }
            for (StoredDocument document : documents) {
                totals = totals.plus(document);
            }
            control.progress("reading back", totals.documents(), Math.max(about, totals.documents()), "documents");
            StoredDocument last = documents.get(documents.size() - 1);
            after = Optional.of(new DocumentKey(last.collection(), last.id()));
            pages.had(
                    documents.size(),
                    documents.stream()
                            .mapToLong(document -> document.body().length)
                            .sum());
            pacing.rest();
        }
    }

    private static long bytes(Change change) {
        return change.document().map(document -> (long) document.body().length).orElse(0L);
    }
}
