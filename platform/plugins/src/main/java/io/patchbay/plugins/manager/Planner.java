package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** Computes what a change would do to the world as it is now; changes nothing. The same world gives the same plan. */
final class Planner {
    private final BundleContext context;
    private final PluginBundles bundles;
    private final WantedPlugins wanted;
    private final Offers offers;
    private final SwapGuard switchboard;
    private final StoresInUse stores;
    private final HandOvers handOvers;

    Planner(
            BundleContext context,
            PluginBundles bundles,
            WantedPlugins wanted,
            Offers offers,
            SwapGuard switchboard,
            StoresInUse stores,
            HandOvers handOvers) {
        this.context = context;
        this.bundles = bundles;
        this.wanted = wanted;
        this.offers = offers;
        this.switchboard = switchboard;
        this.stores = stores;
        this.handOvers = handOvers;
    }

    /**
     * A plan with what the manager remembers of it.
     *
     * @param problemCode how an execution in spite of its problems fails
     */
    record Planned(Plan plan, Intent intent, ErrorCode problemCode) {}

    Planned plan(String id, Intent intent) {
        Optional<WantedPlugin> present = wanted.find(intent.plugin());
        Optional<Bundle> outgoing = bundles.findOutgoing(intent, present);
        Optional<String> fromVersion = present.map(WantedPlugin::version)
                .or(() -> outgoing.map(own -> own.getVersion().toString()));
        Set<NamedService> before = outgoing.map(bundle -> NamedService.of(switchboard.namedServices(bundle)))
                .orElse(Set.of());
        Set<NamedService> after =
                intent.incoming().map(NamedService::declaredBy).orElse(Set.of());
        Set<NamedService> others = others(outgoing);

        List<String> unresolved =
                intent.incoming().map(jar -> offers.listUnmet(jar, outgoing)).orElse(List.of());
        List<String> conflicts = new ArrayList<>(lostStores(before, after, others));
        // If its bundle is missing, because the jar was damaged or lost, the same jar mends it.
        boolean same = outgoing.isPresent()
                && intent.incoming().map(PluginJar::digest).equals(present.map(WantedPlugin::digest));
        conflicts.addAll(needless(intent, outgoing));
        List<StateAdoption.Loss> losses = intent.incoming().map(this::losses).orElse(List.of());
        if (!intent.mayLoseState()) {
            losses.forEach(loss -> conflicts.add(objection(intent, loss)));
        }
        if (same && intent.kind() != Intent.Kind.START) {
            conflicts.add("%s %s is installed already, from this very jar."
                    .formatted(intent.plugin(), present.get().version()));
        }
        ErrorCode problemCode = same && intent.kind() != Intent.Kind.START
                ? ErrorCode.ALREADY_EXISTS
                : unresolved.isEmpty() ? ErrorCode.CONFLICT : ErrorCode.PLUGIN_UNRESOLVED;
        Plan plan = new Plan(
                id,
                intent.kind().word(),
                intent.plugin(),
                fromVersion,
                intent.kind() == Intent.Kind.STOP
                        ? present.map(WantedPlugin::version)
                        : intent.incoming().map(jar -> jar.version().toString()),
                intent.incoming().map(PluginJar::digest),
                steps(intent, fromVersion.orElse(""), outgoing.isPresent(), present.isPresent()),
                services(intent, before, after, others),
                Stream.concat(unresolved.stream(), conflicts.stream()).toList(),
                warnings(intent, outgoing, after),
                intent.incoming().map(jar -> offers.list(jar, outgoing)).orElse(List.of()),
                handOvers.list(
                        outgoing,
                        before,
                        after,
                        others,
                        losses.stream().map(StateAdoption.Loss::service).collect(Collectors.toSet())),
                world().facts(),
                intent.sourceFile(),
                "");
        return new Planned(plan, intent, problemCode);
    }

    private List<StateAdoption.Loss> losses(PluginJar jar) {
        List<ServiceReference<?>> serving = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            serving.addAll(switchboard.namedServices(bundle));
        }
        return StateAdoption.losses(jar, serving);
    }

    private String objection(Intent intent, StateAdoption.Loss loss) {
        String who = "%s %s cannot adopt the state of %s (version %d); "
                .formatted(
                        intent.plugin(),
                        intent.incoming().orElseThrow().version(),
                        loss.service().shown(),
                        loss.saved());
        return who + cost(loss.service()) + ": say --reconnect to accept that.";
    }

    private String cost(NamedService service) {
        if (service.type().equals(Protocol.class.getName())) {
            return "its %,d connections would have to reconnect".formatted(handOvers.countConnections(service));
        }
        if (service.type().equals(AuthMethod.class.getName())) {
            return "logins that are half done, now %,d, would have to start again"
                    .formatted(handOvers.countHalfDone(service));
        }
        return "what is under way on it would begin anew";
    }

    World world() {
        return World.of(context, bundles, wanted, switchboard, stores);
    }

    /**
     * Whether {@code plan} would be made again, but for those who are affected, who come and go.
     *
     * @throws PatchbayException PLAN_OUTDATED if not, with what has changed
     */
    void requireUnchanged(Plan plan, Plan now) {
        String difference = new World(plan.world()).difference(new World(now.world()));
        if (!difference.isEmpty()) {
            throw outdated(plan, "the node has changed: " + difference);
        }
        if (!unaffected(plan).equals(unaffected(now))) {
            throw outdated(plan, "the node would go about it otherwise now; make a new plan.");
        }
    }

    static PatchbayException outdated(Plan plan, String why) {
        return new PatchbayException(
                ErrorCode.PLAN_OUTDATED,
                "The plan to %s %s no longer fits: %s".formatted(plan.kind(), plan.plugin(), why));
    }

    private static List<Object> unaffected(Plan plan) {
        return List.of(
                plan.kind(),
                plan.plugin(),
                plan.fromVersion(),
                plan.toVersion(),
                plan.digest(),
                plan.steps(),
                plan.services(),
                plan.problems(),
                plan.warnings(),
                plan.needs());
    }

    /** Why there is nothing to start, or to stop. */
    private List<String> needless(Intent intent, Optional<Bundle> present) {
        boolean running = present.filter(PluginBundles::isRunning).isPresent();
        return switch (intent.kind()) {
            case START ->
                present.isEmpty()
                        ? List.of("The jar of %s is missing or damaged; install it again.".formatted(intent.plugin()))
                        : running ? List.of("%s runs already.".formatted(intent.plugin())) : List.of();
            case STOP ->
                bundles.findCore(intent.plugin()).isPresent()
                        ? List.of(
                                "%s can't be stopped, for the node needs it; uninstall it to go back to the distribution's own."
                                        .formatted(intent.plugin()))
                        : running ? List.of() : List.of("%s does not run.".formatted(intent.plugin()));
            case INSTALL, UPDATE, ROLLBACK, UNINSTALL -> List.of();
        };
    }

    private Set<NamedService> others(Optional<Bundle> outgoing) {
        Set<NamedService> others = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            if (!outgoing.filter(bundle::equals).isPresent()) {
                others.addAll(NamedService.of(switchboard.namedServices(bundle)));
            }
        }
        return others;
    }

    private List<String> lostStores(Set<NamedService> before, Set<NamedService> after, Set<NamedService> others) {
        Set<String> left = Stream.concat(adapters(after).stream(), adapters(others).stream())
                .collect(Collectors.toSet());
        Set<String> lost = new TreeSet<>(adapters(before));
        lost.removeAll(left);
        return lost.isEmpty() ? List.of() : stores.objections(lost, left);
    }

    static Set<String> adapters(Set<NamedService> services) {
        return services.stream()
                .filter(service -> StoresInUse.isAdapter(service.type()))
                .map(NamedService::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> services(
            Intent intent, Set<NamedService> before, Set<NamedService> after, Set<NamedService> others) {
        boolean mayRegisterMore = intent.incoming().filter(PluginJar::activator).isPresent();
        List<String> shown = new ArrayList<>();
        for (NamedService service : after) {
            shown.add((before.contains(service) || others.contains(service) ? "~" : "+") + service.shown());
        }
        for (NamedService service : before) {
            if (!after.contains(service) && !mayRegisterMore) {
                shown.add((others.contains(service) ? "~" : "-") + service.shown());
            }
        }
        return shown;
    }

    /** @param listed whether the version that runs is on the list of plugins, not the distribution's own */
    private static List<String> steps(Intent intent, String old, boolean running, boolean listed) {
        if (intent.kind() == Intent.Kind.START) {
            return List.of(
                    "start it, within %d s".formatted(PluginBundles.START.toSeconds()),
                    "check its health, within %d s".formatted(Limits.HEALTH_CHECK.toSeconds()),
                    "note in the list of plugins that it runs",
                    "let its services serve");
        }
        if (intent.kind() == Intent.Kind.STOP) {
            return List.of(
                    "note in the list of plugins that it is stopped",
                    "take its services out",
                    "wait for the calls on it, up to %d s".formatted(Limits.DRAIN.toSeconds()),
                    "stop it");
        }
        List<String> steps = new ArrayList<>();
        intent.incoming().ifPresent(jar -> {
            if (!jar.ofDistribution()) {
                steps.add("store the jar under its digest");
            }
            steps.add((jar.ofDistribution() ? "take the distribution's own " : "install ")
                    + jar.version()
                    + (running ? " beside " + old : ""));
            steps.add("start it, within %d s".formatted(PluginBundles.START.toSeconds()));
            steps.add("check its health, within %d s".formatted(Limits.HEALTH_CHECK.toSeconds()));
        });
        steps.add(
                intent.wantedDigest().isPresent()
                        ? "write it to the list of plugins"
                        : "take it from the list of plugins");
        steps.add(intent.incoming().isPresent() ? "let its services serve" : "take its services out");
        if (running) {
            steps.add("wait for the calls on %s, up to %d s".formatted(old, Limits.DRAIN.toSeconds()));
            steps.add(
                    listed
                            ? "stop and remove " + old
                            : "stop the distribution's own " + old + ", which stays to go back to");
        }
        return steps;
    }

    private List<String> warnings(Intent intent, Optional<Bundle> outgoing, Set<NamedService> after) {
        List<String> warnings = new ArrayList<>();
        boolean stays = intent.kind() == Intent.Kind.START || intent.kind() == Intent.Kind.STOP;
        intent.incoming().filter(jar -> !stays && !jar.ofDistribution()).ifPresent(jar -> {
            warnings.add(
                    jar.signed()
                            ? "The plugin is signed, but its signature is not checked."
                            : "The plugin is unsigned.");
            Optional<Version> newer = outgoing.map(Bundle::getVersion)
                    .filter(running ->
                            intent.kind() == Intent.Kind.UPDATE && jar.version().compareTo(running) < 0);
            newer.ifPresent(running ->
                    warnings.add("%s is older than %s, which is installed.".formatted(jar.version(), running)));
        });
        intent.incoming()
                .filter(PluginJar::activator)
                .ifPresent(jar -> warnings.add("It has a bundle activator: what services that registers shows only"
                        + " when it has started; this plan knows those of its components alone."));
        intent.incoming().ifPresent(jar -> warnings.addAll(offers.listUnmetServices(jar, outgoing)));
        outgoing.filter(bundle -> !stays)
                .map(bundles::dependents)
                .filter(names -> !names.isEmpty())
                .ifPresent(names ->
                        warnings.add("%s use its packages and are restarted.".formatted(String.join(", ", names))));
        for (Bundle bundle : context.getBundles()) {
            if (outgoing.filter(bundle::equals).isPresent()) {
                continue;
            }
            Set<NamedService> taken = NamedService.of(switchboard.namedServices(bundle));
            taken.retainAll(after);
            taken.forEach(service ->
                    warnings.add("It takes %s over from %s.".formatted(service.shown(), bundle.getSymbolicName())));
        }
        return warnings;
    }
}
