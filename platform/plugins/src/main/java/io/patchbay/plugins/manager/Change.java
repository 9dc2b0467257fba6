package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Plan;
import io.patchbay.plugins.switchboard.CoreLevels;
import io.patchbay.plugins.switchboard.Holder;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One install, update, roll-back or uninstall, carried out step by step on the job's thread.
 *
 * <p>The new version is started and checked beside the old one while that serves; the list of wanted plugins is written; then the slots flip, the old version's leases drain and it is
 * removed. Until the old version is removed every failure is undone, in reverse: the old version, which never stopped, serves again. What fails while it is removed can't be undone and
 * is said in the receipt.
 */
final class Change {
    private static final Logger LOG = LoggerFactory.getLogger(Change.class);

    private final Parts parts;
    private final Steps steps;
    private final Intent intent;
    private final JobControl control;
    private final Optional<WantedPlugin> before;
    private final Optional<Bundle> outgoing;
    private final Set<Long> threadsBefore = LoaderHolders.threadIds();

    private @Nullable Bundle incoming;
    private boolean flipped;

    /** What every change works with. */
    record Parts(
            JarStore jars,
            PluginBundles bundles,
            WantedPlugins wanted,
            Journal journal,
            Offers offers,
            SwapGuard switchboard,
            Checkup checkup,
            StoresInUse stores,
            Receipts receipts,
            Clock clock) {}

    Change(Parts parts, Plan plan, Intent intent, JobControl control) {
        this.parts = parts;
        this.steps = new Steps(parts.journal, control, plan, intent);
        this.intent = intent;
        this.control = control;
        this.before = parts.wanted.find(intent.plugin());
        this.outgoing = parts.bundles.findOutgoing(intent, before);
    }

    /** Returns the receipt of the version that was removed; empty if none was. Throws after it has undone everything. */
    Optional<Receipt> run() {
        steps.begin();
        Failpoints.reach("plugins.begin");
        try {
            bring();
            handOver();
        } catch (RuntimeException | InterruptedException e) {
            undo();
            steps.end();
            throw asPatchbay(e);
        }
        Optional<Receipt> receipt = outgoing.map(this::remove);
        removeFailed();
        parts.jars.keepOnly(parts.wanted.digests());
        steps.end();
        Failpoints.reach("plugins.end");
        return receipt;
    }

    private void bring() {
        if (intent.incoming().isEmpty()) {
            return;
        }
        PluginJar jar = intent.incoming().get();
        if (!jar.ofDistribution()) {
            step(Step.STORE, () -> parts.jars.keep(jar.digest()));
        }
        step(Step.INSTALL, () -> incoming = install(jar));
        step(Step.START, () -> parts.bundles.start(bundle()));
        step(Step.CHECK, () -> parts.checkup.require(bundle(), jar));
    }

    private Bundle install(PluginJar jar) {
        Bundle bundle = jar.ofDistribution()
                ? parts.bundles.findCore(jar.name()).orElseThrow()
                : parts.bundles.install(
                        parts.jars.require(jar.digest()),
                        jar.digest(),
                        jar.name(),
                        coreLevel().orElse(CoreLevels.PLUGINS));
        incoming = bundle;
        // Before it starts, so that what it registers serves nobody until it is checked.
        parts.switchboard.holdBack(bundle);
        if (!parts.bundles.resolve(bundle)) {
            List<String> unmet = parts.offers.listUnmet(jar, outgoing);
            throw new PatchbayException(
                    ErrorCode.PLUGIN_UNRESOLVED,
                    unmet.isEmpty()
                            ? "%s %s does not resolve: what it needs can't be had together."
                                    .formatted(jar.name(), jar.version())
                            : String.join(" ", unmet));
        }
        return bundle;
    }

    private void handOver() throws InterruptedException {
        Set<String> adapters = parts.stores.working(
                Planner.adapters(outgoing.map(bundle -> NamedService.of(parts.switchboard.namedServices(bundle)))
                        .orElse(Set.of())));
        control.checkCancelled();
        control.pointOfNoReturn();
        step(Step.WANT, this::want);
        step(Step.FLIP, this::flip);
        if (outgoing.isPresent()) {
            drain(outgoing.get());
        }
        parts.stores.requireAvailable(adapters);
        steps.done(Step.DRAIN);
    }

    private void want() {
        if (intent.wantedDigest().isEmpty()) {
            parts.wanted.remove(intent.plugin());
            return;
        }
        PluginJar jar = intent.incoming().get();
        parts.wanted.put(new WantedPlugin(
                jar.name(),
                jar.version().toString(),
                jar.digest(),
                previous(jar),
                parts.clock.instant(),
                intent.sourceFile(),
                false,
                intent.kind() == Intent.Kind.UPDATE,
                coreLevel(),
                Optional.empty()));
    }

    private OptionalInt coreLevel() {
        return parts.bundles.findCore(intent.plugin()).stream()
                .mapToInt(PluginBundles::levelOf)
                .findFirst();
    }

    private Optional<WantedPlugin.Version> previous(PluginJar jar) {
        boolean repair = before.map(WantedPlugin::digest).equals(Optional.of(jar.digest()));
        return repair ? before.flatMap(WantedPlugin::previous) : before.map(WantedPlugin::current);
    }

    private void flip() {
        flipped = true;
        if (incoming != null) {
            parts.switchboard.flip(incoming, outgoing);
        } else {
            outgoing.ifPresent(parts.switchboard::holdBack);
        }
    }

    /**
     * A call that runs longer than the drain time loses its provider: else one that hangs could never be updated. A store is another matter: it holds its adapter while it is open, and
     * taking that away would break it, so there the change is undone.
     */
    private void drain(Bundle old) throws InterruptedException {
        steps.announce(Step.DRAIN);
        Optional<Holder> store = parts.switchboard.drain(old, Limits.DRAIN).stream()
                .filter(holder -> StoresInUse.isAdapter(holder.type()))
                .findFirst();
        if (store.isPresent()) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_FAILED,
                    "The store on %s did not let go of the old version within %d s."
                            .formatted(store.get().name(), Limits.DRAIN.toSeconds()));
        }
    }

    private Receipt remove(Bundle old) {
        steps.announce(Step.REMOVE);
        Removed removed = Removed.of(old, threadsBefore);
        List<String> troubles = takeOut(old);
        if (!PluginBundles.hangs(old)) {
            parts.switchboard.forget(old);
        }
        steps.done(Step.REMOVE);
        return parts.receipts.add(removed, troubles);
    }

    /** What was to stand in for a bundle of the distribution, which had to serve in its place. */
    private void removeFailed() {
        before.flatMap(plugin -> parts.bundles.find(plugin.digest()))
                .filter(failed -> failed != incoming)
                .ifPresent(failed -> parts.bundles.remove(List.of(failed)).forEach(LOG::warn));
    }

    private List<String> takeOut(Bundle bundle) {
        boolean own =
                parts.bundles.findCore(intent.plugin()).filter(bundle::equals).isPresent();
        return own ? parts.bundles.setAside(bundle) : parts.bundles.remove(List.of(bundle));
    }

    /** Each part is tried even if one before it failed: better half undone than not. */
    private void undo() {
        // An interrupt was meant for the step that it ended.
        boolean interrupted = Thread.interrupted();
        attempt(this::unwant);
        if (flipped && outgoing.isPresent()) {
            attempt(() -> parts.switchboard.flip(outgoing.get(), Optional.ofNullable(incoming)));
        }
        if (incoming != null) {
            Bundle failed = incoming;
            attempt(() -> parts.switchboard.holdBack(failed));
            attempt(() -> drainQuietly(failed));
            List<String> troubles = takeOut(failed);
            if (!PluginBundles.hangs(failed)) {
                parts.switchboard.forget(failed);
            }
            troubles.forEach(trouble -> LOG.warn("Undoing {}: {}", intent.kind().word(), trouble));
        }
        attempt(() -> parts.jars.keepOnly(parts.wanted.digests()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void unwant() {
        if (parts.wanted.find(intent.plugin()).equals(before)) {
            return;
        }
        if (before.isPresent()) {
            parts.wanted.put(before.get());
        } else {
            parts.wanted.remove(intent.plugin());
        }
    }

    private void drainQuietly(Bundle failed) {
        try {
            parts.switchboard.drain(failed, Limits.DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void attempt(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            LOG.error("Undoing a change of plugins: {}", Failures.sentence(e), e);
        }
    }

    private void step(Step step, Runnable work) {
        if (step.compareTo(Step.WANT) < 0) {
            control.checkCancelled();
        }
        steps.carryOut(step, work);
    }

    private Bundle bundle() {
        Bundle bundle = incoming;
        if (bundle == null) {
            throw new IllegalStateException("not installed yet");
        }
        return bundle;
    }

    private static PatchbayException asPatchbay(Exception failure) {
        if (failure instanceof PatchbayException known) {
            return known;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new PatchbayException(ErrorCode.CANCELLED, "The change was interrupted and undone.", failure);
        }
        return new PatchbayException(ErrorCode.PLUGIN_FAILED, Failures.sentence(failure), failure);
    }
}
