package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Pause;
import io.patchbay.engine.migration.SwappableStore.Pin;
import io.patchbay.engine.migration.SwappableStore.Standing;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.StoreBindings;
import java.util.Optional;

/**
 * One live move of a store to another adapter; run once, by the job's thread.
 *
 * <p>What the store holds is copied page by page while writes go on, then the feed is replayed from the offset at which the copy began, until the target is nearly level. Only then do writers wait:
 * the last changes are replayed, the running totals of both stores compared, and the target serves. Up to that moment nothing that serves has been touched, so a failure or a cancel only throws the
 * target away.
 */
final class Migration {
    private static final int LAST_ROUNDS = 200;

    private final SwappableStore store;
    private final StoreFolders folders;
    private final Binding to;

    Migration(SwappableStore store, StoreFolders folders, Binding to) {
        this.store = store;
        this.folders = folders;
        this.to = to;
    }

    /** What came of it: the store that served before, open and level. */
    record Done(Replica before, long items, long pauseMs) {}

    Done run(JobControl control) {
        folders.mark(to);
        Replica target = null;
        try {
            target = store.openBeside(to);
            Done done = move(target, control);
            folders.unmark(to);
            return done;
        } catch (RuntimeException | Error e) {
            // An Error too, such as a class that the adapter lacks: the lease and the folder must not stay behind.
            if (target != null) {
                closeQuietly(target, e);
            }
            folders.delete(to);
            throw StoreFailure.of(to, e);
        }
    }

    private static void closeQuietly(Replica target, Throwable why) {
        try {
            target.close();
        } catch (RuntimeException | Error e) {
            why.addSuppressed(e);
        }
    }

    private Done move(Replica target, JobControl control) {
        try (Pin pin = store.pin("migration", 0)) {
            target.fill(control);
            pin.moveTo(target.offset());
            new CatchUp(store, () -> stepAndMove(target, pin), target::offset, control).run();
            target.prepareToServe();
            for (int i = 0; i < LAST_ROUNDS && stepAndMove(target, pin) > CatchUp.NEARLY_LEVEL; i++) {
                control.checkCancelled();
            }
            Failpoints.reach("level");
            return handOver(target, control);
        }
    }

    private static long stepAndMove(Replica target, Pin pin) {
        long went = target.step();
        pin.moveTo(target.offset());
        return went;
    }

    private Done handOver(Replica target, JobControl control) {
        control.checkCancelled();
        StoreBindings bound = store.findBindings().orElseThrow();
        try (Pause pause = store.pause(Limits.WRITER_WAIT)) {
            long began = System.nanoTime();
            Standing last = pause.standing();
            target.finish(last);
            requireEqual(last, target.standing());
            Failpoints.reach("paused");
            // Even now nothing that serves has been touched.
            control.pointOfNoReturn();
            Replica before = store.switchTo(target, new StoreBindings(to, Optional.of(bound.current())));
            Failpoints.reach("switched");
            return new Done(before, last.items(), (System.nanoTime() - began) / 1_000_000);
        }
    }

    /**
     * By the running totals: nothing is scanned.
     *
     * @throws PatchbayException INTERNAL, with what differs
     */
    static void requireEqual(Standing serving, Standing other) {
        if (!serving.position().equals(other.position())) {
            throw new PatchbayException(
                    ErrorCode.INTERNAL,
                    "The stores do not stand at the same position: " + serving.position() + " and " + other.position()
                            + "; nothing was switched.");
        }
        if (!serving.equals(other)) {
            throw new PatchbayException(
                    ErrorCode.INTERNAL,
                    "The stores do not hold the same: " + serving.items() + " and " + other.items()
                            + " documents, checksums " + Long.toHexString(serving.checksum()) + " and "
                            + Long.toHexString(other.checksum()) + "; nothing was switched.");
        }
    }
}
