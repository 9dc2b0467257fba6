package io.patchbay.engine.migration;

import io.patchbay.api.Limits;
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
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreBindings;
import io.patchbay.engine.store.StoreSlot;
import java.util.Optional;

/**
 * One live move of the documents to another store; run once, by the job's thread.
 *
 * <p>Documents are copied page by page while writes go on, then the change feed is replayed from the offset at which the copy began, until the target is nearly level. Only then do writers wait: the last
 * changes are replayed, the running totals of both stores compared, and the target serves. Up to that moment nothing that serves has been touched, so a failure or a cancel only throws the
 * target away.
 */
final class Migration {
    /** The target counts as nearly level when one round of the replay brings it this few transactions further. */
    static final int NEARLY_LEVEL = 64;

    private static final int LAST_ROUNDS = 200;

    private final StoreSlot slot;
    private final Committer committer;
    private final ChangeFeed feed;
    private final Catalog catalog;
    private final StoreFolders folders;
    private final Binding to;
    private final CommitTap tap = new CommitTap();

    Migration(StoreSlot slot, Committer committer, ChangeFeed feed, Catalog catalog, StoreFolders folders, Binding to) {
        this.slot = slot;
        this.committer = committer;
        this.feed = feed;
        this.catalog = catalog;
        this.folders = folders;
        this.to = to;
    }

    /** What came of it: the store that served before, open and level, and the tap that feeds its following. */
    record Done(OpenStore before, CommitTap tap, long documents, long pauseMs) {}

    Done run(JobControl control) {
        folders.mark(to);
        OpenStore target = null;
        try {
            target = slot.openBeside(to);
            Done done = move(target, control);
            folders.unmark(to);
            return done;
        } catch (RuntimeException | Error e) {
            // An Error too, such as a class that the adapter lacks: the lease and the folder must not stay behind.
            committer.removeListener(tap);
            if (target != null) {
                closeQuietly(target, e);
            }
            folders.delete(to);
            throw e;
        }
    }

    private static void closeQuietly(OpenStore store, Throwable why) {
        try {
            store.close();
        } catch (RuntimeException | Error e) {
            why.addSuppressed(e);
        }
    }

    private Done move(OpenStore target, JobControl control) {
        StoreState began = pausedState();
        try (FeedPin pin = feed.pin("migration", began.trimmedThrough())) {
            fill(target.store(), began, control);
            Replay replay = new Replay(feed, tap, target.store());
            catchUp(target.store(), replay, pin, control);
            return handOver(target, replay, control);
        }
    }

    private StoreState pausedState() {
        try (CommitterPause pause = committer.pause(Limits.WRITER_WAIT)) {
            return pause.state();
        }
    }

    private void fill(DocumentStore target, StoreState began, JobControl control) {
        target.begin(began.epoch(), 0);
        defineIndexes(target);
        StoreCopy copy = new StoreCopy(slot, target, control);
        long about = began.totals().documents();
        copy.documents(about);
        Failpoints.reach("documents");
        long trimmedThrough = copy.history(began);
        Failpoints.reach("history");
        // Listening comes first: an outcome in between is copied twice; in the other order it would be lost.
        committer.addListener(tap);
        copy.outcomes();
        Failpoints.reach("outcomes");
        Totals totals = copy.readBack(about);
        target.finishLoad(new StoreState(began.epoch(), began.lastOffset(), trimmedThrough, totals));
        Failpoints.reach("filled");
    }

    private void defineIndexes(DocumentStore target) {
        for (SystemCollection system : SystemCollection.values()) {
            target.defineIndexes(system.id(), system.indexes());
        }
        for (CollectionEntry entry : catalog.entries()) {
            target.defineIndexes(entry.id(), entry.info().definition().indexes());
        }
    }

    private void catchUp(DocumentStore target, Replay replay, FeedPin pin, JobControl control) {
        long from = replay.offset();
        int roundsNearlyLevel = 0;
        // Under a steady stream of writes the lag never becomes 0; it is enough that it stays small, and a bound keeps
        // a slow target from trying for ever.
        while (roundsNearlyLevel < 3) {
            control.checkCancelled();
            long went = replay.step();
            pin.moveTo(replay.offset());
            roundsNearlyLevel = went <= NEARLY_LEVEL ? roundsNearlyLevel + 1 : 0;
            control.progress(
                    "catching up", replay.offset() - from, feed.position().offset() - from, "transactions");
        }
        // Collections that were made or changed meanwhile.
        defineIndexes(target);
        for (int i = 0; i < LAST_ROUNDS && replay.step() > NEARLY_LEVEL; i++) {
            pin.moveTo(replay.offset());
        }
        Failpoints.reach("level");
    }

    private Done handOver(OpenStore target, Replay replay, JobControl control) {
        control.pointOfNoReturn();
        StoreBindings bound = slot.findBindings().orElseThrow();
        OpenStore before;
        long pausedNanos;
        long documents;
        try (CommitterPause pause = committer.pause(Limits.WRITER_WAIT)) {
            long began = System.nanoTime();
            StoreState last = pause.state();
            replay.finish(last);
            Verification.requireEqual(last, target.store().state());
            Failpoints.reach("paused");
            before = slot.switchTo(target, new StoreBindings(to, Optional.of(bound.current())))
                    .orElseThrow();
            Failpoints.reach("switched");
            documents = last.totals().documents();
            pausedNanos = System.nanoTime() - began;
        }
        return new Done(before, tap, documents, pausedNanos / 1_000_000);
    }
}
