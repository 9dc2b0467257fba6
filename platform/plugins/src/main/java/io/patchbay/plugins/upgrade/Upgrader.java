package io.patchbay.plugins.upgrade;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.api.plugin.Plugins;
import io.patchbay.api.plugin.UpgradePlan;
import io.patchbay.api.plugin.Upgrades;
import io.patchbay.plugins.manager.ChangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Plans upgrades and runs them as jobs, one at a time. Immediate, since a delayed component would forget its plans between two calls. Reached from any thread. */
@Component(service = Upgrades.class, immediate = true)
public final class Upgrader implements Upgrades {
    /** Plans that can still be executed; the oldest is forgotten first. */
    static final int PLANS = 8;

    /** A digest of the zip, so long, tells two of one version apart. */
    private static final int DIGEST_DIGITS = 12;

    /** Whoever follows the job hears of its end before the node goes down. */
    private static final long RESTART_DELAY_MS = 500;

    private final BundleContext context;
    private final Plugins plugins;
    private final Path running;
    private final boolean offline;
    private final Versions versions;
    private final ChangeSet changes;
    private final Map<String, Planned> plans = new LinkedHashMap<>();
    private final AtomicReference<@Nullable UpgradePlan> underWay = new AtomicReference<>();
    private volatile @Nullable Jobs jobs;

    /**
     * A plan with what is needed to carry it out.
     *
     * @param zip empty for the way back
     * @param digest of the zip
     * @param from what serves now, by its name among the versions
     */
    record Planned(
            UpgradePlan plan, Difference difference, Optional<Path> zip, String digest, String from, String to) {}

    @Activate
    public Upgrader(BundleContext context, @Reference Plugins plugins) {
        this.context = context;
        this.plugins = plugins;
        this.running = Path.of(property(context, "patchbay.distribution"));
        this.offline = Boolean.parseBoolean(context.getProperty("patchbay.offline"));
        this.versions = new Versions(Path.of(property(context, "patchbay.root")));
        this.changes = new ChangeSet(
                Path.of(property(context, "patchbay.home")).resolve("data").resolve("plugins"));
    }

    /** Of a framework that no launcher has started, there is nothing to upgrade. */
    private static String property(BundleContext context, String name) {
        return Optional.ofNullable(context.getProperty(name)).orElse("");
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setJobs(Jobs service) {
        jobs = service;
    }

    void unsetJobs(Jobs service) {
        if (jobs == service) {
            jobs = null;
        }
    }

    @Override
    public UpgradePlan plan(Path file) {
        try (DistributionZip zip = DistributionZip.open(file)) {
            DistributionFiles to = zip.files();
            String digest = zip.digest();
            String name = to.version() + "-" + digest.substring(0, DIGEST_DIGITS);
            return remember(to, Optional.of(file), digest, name);
        }
    }

    @Override
    public UpgradePlan planBack() {
        try {
            String name = versions.previous()
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.CONFLICT,
                            "There is no distribution to go back to: this one was never upgraded."));
            return remember(DistributionFiles.ofFolder(versions.folderOf(name)), Optional.empty(), "", name);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private UpgradePlan remember(DistributionFiles to, Optional<Path> zip, String digest, String name) {
        try {
            String current = versions.current();
            DistributionFiles from = DistributionFiles.ofFolder(versions.folderOf(current));
            Difference difference = Difference.between(from, to);
            List<String> problems = new ArrayList<>();
            versions.findObstacle().ifPresent(problems::add);
            if (difference.isNone()) {
                problems.add("%s runs already: nothing that runs differs.".formatted(to.version()));
            }
            UpgradePlan plan = new UpgradePlan(
                    UUID.randomUUID().toString(),
                    from.version(),
                    to.version(),
                    difference.needsRestart(),
                    changes(difference, from),
                    steps(difference, zip.isPresent()),
                    problems);
            Planned planned = new Planned(plan, difference, zip, digest, current, name);
            synchronized (plans) {
                plans.put(plan.id(), planned);
                if (plans.size() > PLANS) {
                    plans.remove(plans.keySet().iterator().next());
                }
            }
            return plan;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static List<String> changes(Difference difference, DistributionFiles from) {
        List<String> changes = new ArrayList<>(difference.restarts());
        difference
                .swaps()
                .forEach(part -> changes.add("%s %s takes the place of %s."
                        .formatted(
                                part.name(),
                                part.version(),
                                from.find(part.name())
                                        .map(DistributionFiles.Part::version)
                                        .orElse("nothing"))));
        return changes;
    }

    private static List<String> steps(Difference difference, boolean unpacks) {
        List<String> steps = new ArrayList<>();
        if (unpacks) {
            steps.add("unpack it beside the distribution that runs");
        }
        if (difference.needsRestart()) {
            steps.add("let the next start be of it");
            steps.add("restart the node, for the platform changes: clients reconnect and resume");
            steps.add("go back by itself if it does not get ready");
        } else {
            difference.swaps().forEach(part -> steps.add("swap %s, under its clients".formatted(part.name())));
            steps.add("let the next start be of it");
        }
        return steps;
    }

    @Override
    public Job execute(UpgradePlan plan) {
        Planned planned;
        synchronized (plans) {
            planned = plans.remove(plan.id());
        }
        if (planned == null || !planned.plan().equals(plan)) {
            throw outdated();
        }
        if (!plan.problems().isEmpty()) {
            throw new PatchbayException(ErrorCode.CONFLICT, String.join(" ", plan.problems()));
        }
        Jobs runner = jobs;
        if (runner == null) {
            throw new PatchbayException(ErrorCode.UNAVAILABLE, "The node is still starting; try again in a moment.");
        }
        Optional<ServiceReference<Runnable>> restart = findRestart();
        if (plan.restart() && restart.isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "This node was not started by its launcher, which alone can restart it.");
        }
        if (!underWay.compareAndSet(null, plan)) {
            throw new PatchbayException(ErrorCode.UNAVAILABLE, "Another upgrade runs; try again when it has ended.");
        }
        try {
            Job job = runner.start("upgrade", "upgrade to " + plan.toVersion(), control -> carryOut(planned, control));
            job.ended().thenRun(() -> {
                underWay.set(null);
                if (plan.restart() && job.state() == Job.State.SUCCEEDED) {
                    restartSoon(restart.get());
                }
            });
            return job;
        } catch (RuntimeException e) {
            underWay.set(null);
            throw e;
        }
    }

    private String carryOut(Planned planned, JobControl control) {
        UpgradePlan plan = planned.plan();
        try {
            if (!versions.current().equals(planned.from())) {
                throw outdated();
            }
            new UpgradeRun(plugins, versions, changes, running, offline, planned, control).run();
            return plan.restart()
                    ? "%s is unpacked; the node restarts with it.".formatted(plan.toVersion())
                    : "%s serves in the place of %s, without a restart."
                            .formatted(plan.toVersion(), plan.fromVersion());
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The upgrade failed and is undone: " + e.getMessage() + ".", e);
        }
    }

    private Optional<ServiceReference<Runnable>> findRestart() {
        try {
            Collection<ServiceReference<Runnable>> found =
                    context.getServiceReferences(Runnable.class, "(patchbay.restart=true)");
            return found.stream().findFirst();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void restartSoon(ServiceReference<Runnable> restart) {
        CompletableFuture.delayedExecutor(RESTART_DELAY_MS, TimeUnit.MILLISECONDS)
                .execute(() -> Optional.ofNullable(context.getService(restart)).ifPresent(Runnable::run));
    }

    private static PatchbayException outdated() {
        return new PatchbayException(
                ErrorCode.PLAN_OUTDATED, "The plan of the upgrade no longer fits the node; make a new one.");
    }

    private static PatchbayException unreadable(IOException e) {
        return new PatchbayException(
                ErrorCode.UNAVAILABLE, "The distribution that runs can't be read: " + e.getMessage() + ".", e);
    }
}
