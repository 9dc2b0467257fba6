package io.patchbay.plugins.upgrade;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PluginInfo;
import io.patchbay.api.plugin.Plugins;
import io.patchbay.plugins.manager.ChangeSet;
import io.patchbay.plugins.manager.Failpoints;
import io.patchbay.plugins.manager.Failures;
import io.patchbay.plugins.upgrade.DistributionFiles.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upgrade, or the way back, on its job's thread: unpack, swap the core bundles one after the other, and name the new distribution as the one to start. That last step is the moment at which
 * it has happened: whatever ends it before is undone, also by a start after a kill.
 */
final class UpgradeRun {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeRun.class);

    /** Bundles from this level on are not there in a node that was started offline. */
    private static final int ONLINE_LEVEL = 50;

    private final Plugins plugins;
    private final Versions versions;
    private final ChangeSet changes;
    private final Path running;
    private final boolean offline;
    private final Upgrader.Planned planned;
    private final JobControl control;
    private final Deque<Part> swapped = new ArrayDeque<>();

    UpgradeRun(
            Plugins plugins,
            Versions versions,
            ChangeSet changes,
            Path running,
            boolean offline,
            Upgrader.Planned planned,
            JobControl control) {
        this.plugins = plugins;
        this.versions = versions;
        this.changes = changes;
        this.running = running;
        this.offline = offline;
        this.planned = planned;
        this.control = control;
    }

    void run() throws IOException {
        String runningName = versions.nameOf(running);
        if (planned.zip().isPresent()) {
            unpack(planned.zip().get());
        }
        try {
            control.checkCancelled();
            if (!planned.plan().restart()) {
                changes.begin(String.valueOf(versions.folderOf(planned.to()).getFileName()));
                Failpoints.reach("upgrade.begin");
                swapAll();
            }
            control.pointOfNoReturn();
            progress("naming it as the one to start", swapped.size() + 1);
            versions.switchTo(planned.to(), planned.from(), planned.plan().restart());
        } catch (RuntimeException | IOException e) {
            undo(runningName);
            throw e;
        }
        Failpoints.reach("upgrade.switch");
        try {
            changes.end();
            versions.keepOnly(List.of(
                    planned.to(),
                    planned.from(),
                    runningName,
                    versions.previous().orElse(planned.from())));
        } catch (IOException e) {
            LOG.warn("The upgrade has happened, but something is left that the next one removes: {}", e.toString());
        }
        Failpoints.reach("upgrade.end");
    }

    private void unpack(Path zip) throws IOException {
        progress("unpacking", 0);
        try (DistributionZip opened = DistributionZip.open(zip)) {
            Path incoming = versions.incoming();
            opened.unpack(incoming);
            if (!opened.digest().equals(planned.digest())) {
                Versions.delete(incoming);
                throw new PatchbayException(
                        ErrorCode.PLAN_OUTDATED, "The file %s has changed since the plan was made.".formatted(zip));
            }
            versions.add(incoming, planned.to());
        }
        Failpoints.reach("upgrade.unpack");
    }

    private void swapAll() throws IOException {
        DistributionFiles own = DistributionFiles.ofFolder(running);
        DistributionFiles from = DistributionFiles.ofFolder(versions.folderOf(planned.from()));
        for (Part part : planned.difference().swaps()) {
            control.checkCancelled();
            if (offline && part.level() >= ONLINE_LEVEL) {
                continue;
            }
            if (isSomebodysOwn(part.name(), from)) {
                LOG.info("{} was updated by itself and stays as it is.", part.name());
                continue;
            }
            progress("swapping " + part.name(), swapped.size() + 1);
            swapped.push(part);
            swap(part, versions.folderOf(planned.to()), own);
            Failpoints.reach("upgrade.swap");
        }
    }

    /** Whether an operator has installed a version of it that is not of the distribution. */
    private boolean isSomebodysOwn(String name, DistributionFiles from) {
        return plugins.list().stream()
                .filter(plugin -> plugin.name().equals(name))
                .anyMatch(plugin -> from.find(name)
                        .filter(part -> part.digest().equals(plugin.digest()))
                        .isEmpty());
    }

    /** @param folder of the distribution that the part is of */
    private void swap(Part part, Path folder, DistributionFiles own) {
        Optional<PluginInfo> installed = plugins.list().stream()
                .filter(plugin -> plugin.name().equals(part.name()))
                .findFirst();
        if (installed.filter(plugin -> plugin.digest().equals(part.digest())).isPresent()) {
            return;
        }
        boolean isOwn = own.find(part.name())
                .filter(mine -> mine.digest().equals(part.digest()))
                .isPresent();
        if (!isOwn) {
            carryOut(plugins.planInstall(folder.resolve("bundles").resolve(part.file())));
        } else if (installed.isPresent()) {
            carryOut(plugins.planUninstall(part.name()));
        }
    }

    private void carryOut(Plan plan) {
        Job job = plugins.execute(plan);
        job.ended().toCompletableFuture().join();
        job.failure().ifPresent(failure -> {
            throw new PatchbayException(
                    failure.code(), "The upgrade is undone: " + Failures.sentence(failure), failure);
        });
    }

    /** Each part is tried even if one before it failed; the next start undoes what is left. */
    private void undo(String runningName) {
        try {
            DistributionFiles own = DistributionFiles.ofFolder(running);
            Path folder = versions.folderOf(planned.from());
            DistributionFiles before = DistributionFiles.ofFolder(folder);
            for (Part part : swapped) {
                attempt(
                        part,
                        () -> before.find(part.name())
                                .ifPresentOrElse(
                                        old -> swap(old, folder, own),
                                        () -> carryOut(plugins.planUninstall(part.name()))));
            }
            changes.end();
            versions.keepOnly(
                    List.of(planned.from(), runningName, versions.previous().orElse(planned.from())));
        } catch (IOException e) {
            LOG.error(
                    "An upgrade is undone in part only; the next start of the node undoes the rest: {}", e.toString());
        }
    }

    private static void attempt(Part part, Runnable back) {
        try {
            back.run();
        } catch (PatchbayException e) {
            LOG.error("Undoing the upgrade of {}: {}", part.name(), e.getMessage());
        }
    }

    private void progress(String phase, int done) {
        control.progress(phase, done, planned.plan().steps().size(), "steps");
    }
}
