package io.patchbay.engine.migration.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.Totals;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.commit.CommitterPause;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedPin;
import io.patchbay.engine.migration.Failpoints;
import io.patchbay.engine.migration.JobSilence;
import io.patchbay.engine.migration.Pacing;
import io.patchbay.engine.migration.Replica;
import io.patchbay.engine.migration.SwappableStore.Standing;
import io.patchbay.engine.migration.Table;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreSlot;
import java.time.Duration;
import java.util.List;

/** A document store beside the one that serves. */
final class DocumentReplica implements Replica {
    private final StoreSlot slot;
    private final Committer committer;
    private final ChangeFeed feed;
    private final Catalog catalog;
    private final OpenStore open;
    // Listens from before the outcomes are copied until the store serves or is closed.
    private final CommitTap tap;
    private final Replay replay;
    private boolean listening;

    DocumentReplica(StoreSlot slot, Committer committer, ChangeFeed feed, Catalog catalog, OpenStore open) {
        this.slot = slot;
        this.committer = committer;
        this.feed = feed;
        this.catalog = catalog;
        this.open = open;
        this.tap = new CommitTap();
        this.replay = new Replay(feed, tap, open.store());
    }

    OpenStore open() {
        return open;
    }

    private DocumentStore store() {
        return open.store();
    }

    void listen() {
        if (!listening) {
            listening = true;
            committer.addListener(tap);
        }
    }

    void stopListening() {
        listening = false;
        committer.removeListener(tap);
    }

    @Override
    public Binding binding() {
        return open.binding();
    }

    @Override
    public boolean current() {
        return open.current();
    }

    @Override
    public void fill(JobControl control) {
        StoreState began = pausedState();
        try (FeedPin pin = feed.pin("migration's copy", began.trimmedThrough())) {
            store().begin(began.epoch(), 0);
            defineIndexes();
            StoreCopy copy = copyUnder(control);
            long about = began.totals().documents();
            copy.documents(about);
            Failpoints.reach("documents");
            long trimmedThrough = copy.history(began);
            Failpoints.reach("history");
            // Listening comes first: an outcome in between is copied twice; in the other order it would be lost.
            listen();
            copy.outcomes();
            Failpoints.reach("outcomes");
            Totals totals = copy.readBack(about);
            store().finishLoad(new StoreState(began.epoch(), began.lastOffset(), trimmedThrough, totals));
            replay.goOn();
            Failpoints.reach("filled");
        }
    }

    private StoreCopy copyUnder(JobControl control) {
        return new StoreCopy(slot, store(), new Pacing(() -> feed.position().offset()), control);
    }

    private StoreState pausedState() {
        try (CommitterPause pause = committer.pause(Limits.WRITER_WAIT)) {
            return pause.state();
        }
    }

    private void defineIndexes() {
        for (SystemCollection system : SystemCollection.values()) {
            store().defineIndexes(system.id(), system.indexes());
        }
        for (CollectionEntry entry : catalog.entries()) {
            store().defineIndexes(entry.id(), entry.info().definition().indexes());
        }
    }

    @Override
    public void prepareToServe() {
        // Collections that were made or changed since it was filled.
        defineIndexes();
    }

    @Override
    public void resume() {
        if (!store().state().epoch().equals(feed.position().epoch())) {
            throw new PatchbayException(ErrorCode.HISTORY_GONE, "The store that follows has another history; drop it.");
        }
        listen();
        copyOutcomes();
    }

    /** All of them: what was not listened to meanwhile is among them. */
    private void copyOutcomes() {
        copyUnder(JobSilence.INSTANCE).outcomes();
        store().finishLoad(store().state());
    }

    @Override
    public long offset() {
        return replay.offset();
    }

    @Override
    public long step() {
        long went = replay.step();
        if (tap.missed()) {
            copyOutcomes();
        }
        replay.show();
        return went;
    }

    @Override
    public void finish(Standing last) {
        long went = 1;
        while (went > 0) {
            went = step();
        }
        replay.finish(last.offset());
    }

    @Override
    public Standing standing() {
        return DocumentSwaps.standing(store().state());
    }

    @Override
    public List<Table<?>> tables() {
        return new DocumentTables(slot, store(), this::collectionName).all(offset());
    }

    private String collectionName(long id) {
        for (SystemCollection system : SystemCollection.values()) {
            if (system.id() == id) {
                return system.label();
            }
        }
        return catalog.findName(id).orElseGet(() -> String.valueOf(id));
    }

    @Override
    public void trim() {
        store().trimChanges(Math.min(feed.trimmedThrough(), offset()), System.currentTimeMillis());
    }

    @Override
    public void retire(Duration wait) {
        open.retire(wait);
    }

    @Override
    public void close() {
        stopListening();
        open.close();
    }
}
