package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Plan;
import io.patchbay.plugins.switchboard.Holder;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A start or a stop of a plugin that stays installed, carried out step by step on the job's thread.
 *
 * <p>Whether it shall run stands in the list of wanted plugins, so that a restart of the node keeps it. Every failure is undone; what a plugin does when it is stopped for good can't be, and is
 * told in the result.
 */
final class StartStop {
    private static final Logger LOG = LoggerFactory.getLogger(StartStop.class);

    private final Change.Parts parts;
    private final Steps steps;
    private final Intent intent;
    private final JobControl control;
    private final WantedPlugin before;
    private final Bundle bundle;

    StartStop(Change.Parts parts, Plan plan, Intent intent, JobControl control) {
        this.parts = parts;
        this.steps = new Steps(parts.journal(), control, plan, intent);
        this.intent = intent;
        this.control = control;
        this.before = parts.wanted()
                .find(intent.plugin())
                .orElseThrow(() -> new IllegalStateException(intent.plugin() + " is not installed"));
        this.bundle = parts.bundles()
                .find(before.digest())
                .orElseThrow(() -> new IllegalStateException(intent.plugin() + " has no bundle"));
    }

    /** Returns sentences on what went wrong when it could not be undone any more. Throws after it has undone everything. */
    List<String> run() {
        steps.begin();
        try {
            return intent.incoming().isPresent() ? start(intent.incoming().get()) : stop();
        } finally {
            steps.end();
        }
    }

    private List<String> start(PluginJar jar) {
        try {
            parts.switchboard().holdBack(bundle);
            steps.carryOut(Step.START, () -> parts.bundles().start(bundle));
            steps.carryOut(Step.CHECK, () -> parts.checkup().require(bundle, jar));
            control.checkCancelled();
            control.pointOfNoReturn();
            steps.carryOut(Step.WANT, () -> parts.wanted().put(before.with(false)));
            steps.carryOut(Step.FLIP, () -> parts.switchboard().flip(bundle, Optional.empty()));
            return List.of();
        } catch (RuntimeException e) {
            undo(() -> parts.switchboard().holdBack(bundle));
            undo(() -> parts.bundles().stop(bundle).forEach(LOG::warn));
            undo(() -> parts.wanted().put(before));
            throw e;
        }
    }

    private List<String> stop() {
        try {
            control.checkCancelled();
            control.pointOfNoReturn();
            steps.carryOut(Step.WANT, () -> parts.wanted().put(before.with(true)));
            steps.carryOut(Step.FLIP, () -> parts.switchboard().holdBack(bundle));
            steps.carryOut(Step.DRAIN, this::drain);
        } catch (RuntimeException e) {
            undo(() -> parts.switchboard().flip(bundle, Optional.empty()));
            undo(() -> parts.wanted().put(before));
            throw e;
        }
        steps.announce(Step.STOP);
        List<String> troubles = parts.bundles().stop(bundle);
        steps.done(Step.STOP);
        return troubles;
    }

    /** As in a change: a call that takes longer loses its provider, but from under an open store nothing is taken. */
    private void drain() {
        try {
            Optional<Holder> store = parts.switchboard().drain(bundle, Limits.DRAIN).stream()
                    .filter(holder -> StoresInUse.isAdapter(holder.type()))
                    .findFirst();
            if (store.isPresent()) {
                throw new PatchbayException(
                        ErrorCode.CONFLICT,
                        "The store on %s did not let go of it within %d s."
                                .formatted(store.get().name(), Limits.DRAIN.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.CANCELLED, "The stop was interrupted and undone.", e);
        }
    }

    private static void undo(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            LOG.error("Undoing a start or stop: {}", Failures.sentence(e), e);
        }
    }
}
