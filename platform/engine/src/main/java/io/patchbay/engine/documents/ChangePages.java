package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Change;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.ChangePage.NamedChange;
import io.patchbay.api.feed.Position;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kept changes, a page at a time, as a caller may see them. The readers' threads. */
public final class ChangePages {
    /** Transactions that one page looks through at most: then it answers with what it has, and where to go on. */
    private static final int LOOKED_THROUGH = 20_000;

    private final ChangeFeed feed;
    private final Catalog catalog;

    public ChangePages(ChangeFeed feed, Catalog catalog) {
        this.feed = feed;
        this.catalog = catalog;
    }

    /** A page has whole transactions, so the last one may exceed {@code limit}. */
    public ChangePage read(Caller caller, Optional<Position> since, int limit) {
        if (limit < 1 || limit > Limits.LIST_MAX) {
            throw PatchbayException.beyond(
                    "list_max",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A page has 1 to " + Limits.LIST_MAX + " changes, not " + limit + ".");
        }
        catalog.awaitLoaded();
        Position durable = feed.position();
        long offset = since.isPresent() ? feed.requireOffset(since.get()) : feed.trimmedThrough();
        requireKept(offset);
        List<NamedChange> items = new ArrayList<>();
        long bytes = 0;
        for (int looked = 0; looked < LOOKED_THROUGH; ) {
            List<FeedTransaction> transactions = feed.read(offset, limit);
            if (transactions.isEmpty()) {
                offset = Math.max(offset, durable.offset());
                break;
            }
            for (FeedTransaction transaction : transactions) {
                bytes += add(caller, transaction, durable.epoch(), items);
                offset = transaction.offset();
                looked++;
                if (items.size() >= limit || bytes > DocumentQueries.PAGE_BYTES) {
                    return new ChangePage(items, new Position(durable.epoch(), offset));
                }
            }
        }
        return new ChangePage(items, new Position(durable.epoch(), offset));
    }

    private void requireKept(long offset) {
        if (offset < feed.trimmedThrough()) {
            throw new PatchbayException(
                    ErrorCode.HISTORY_GONE,
                    "The changes behind that position are no longer kept; load the state anew.");
        }
    }

    private long add(Caller caller, FeedTransaction transaction, String epoch, List<NamedChange> items) {
        long bytes = 0;
        for (int index = 0; index < transaction.changes().size(); index++) {
            FeedChange change = transaction.changes().get(index);
            Optional<String> name = change.collection() < SystemCollection.FIRST_USER_ID
                    ? Optional.empty()
                    : catalog.findName(change.collection());
            Optional<Visibility> sight = name.isEmpty() ? Optional.empty() : sight(caller, change.collection());
            if (sight.isPresent()) {
                Optional<StoredDocument> seen = change.after().filter(sight.get()::sees);
                if (seen.isPresent() || mayHaveSeen(change, sight.get())) {
                    items.add(named(name.get(), transaction, index, change, seen, epoch));
                    bytes += seen.map(document -> document.body().length).orElse(0);
                }
            }
        }
        return bytes;
    }

    private Optional<Visibility> sight(Caller caller, long collection) {
        Optional<CollectionEntry> entry = catalog.find(collection);
        if (entry.isEmpty()) {
            // Deleted since: nobody's rules are left but the admins'.
            return caller.identity().isAdmin() ? Optional.of(Visibility.ALL) : Optional.empty();
        }
        return Optional.of(caller.rights(entry.get()).visibility(Action.LIST))
                .filter(visibility -> !visibility.isNone());
    }

    private static boolean mayHaveSeen(FeedChange change, Visibility sight) {
        return !change.beforeKnown()
                || (change.before().isPresent() && sight.sees(change.before().get()));
    }

    private static NamedChange named(
            String name,
            FeedTransaction transaction,
            int index,
            FeedChange change,
            Optional<StoredDocument> seen,
            String epoch) {
        Change told = new Change(
                transaction.offset(), index, change.collection(), change.id(), transaction.committedAtMs(), seen);
        return new NamedChange(name, new Position(epoch, transaction.offset()), told);
    }
}
