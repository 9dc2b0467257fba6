package io.patchbay.plugins.manager;

import io.patchbay.api.auth.Logins;
import io.patchbay.api.http.MovingTransport;
import io.patchbay.api.http.Transport;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.plugin.PlanHandOver;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.Connections;
import io.patchbay.plugins.manager.ExtensionPoint.Fate;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Who is affected by a change of services, and how each is handed over. Any thread. */
final class HandOvers {
    /** How long a transport may take to say how many connections it has. */
    private static final Duration COUNT = Duration.ofSeconds(1);

    private final BundleContext context;
    private final SwapGuard switchboard;
    private final StoresInUse stores;
    private final Supplier<@Nullable Connections> connections;
    private final Supplier<@Nullable Logins> logins;

    /**
     * @param connections null while the engine is not there
     * @param logins the same
     */
    HandOvers(
            BundleContext context,
            SwapGuard switchboard,
            StoresInUse stores,
            Supplier<@Nullable Connections> connections,
            Supplier<@Nullable Logins> logins) {
        this.context = context;
        this.switchboard = switchboard;
        this.stores = stores;
        this.connections = connections;
        this.logins = logins;
    }

    /**
     * One for each service that comes, changes hands or goes.
     *
     * @param others the services of all bundles that stay
     * @param losing those whose state the new version can't adopt
     */
    List<PlanHandOver> list(
            Optional<Bundle> outgoing,
            Set<NamedService> before,
            Set<NamedService> after,
            Set<NamedService> others,
            Set<NamedService> losing) {
        List<PlanHandOver> handOvers = new ArrayList<>();
        after.stream().filter(losing::contains).forEach(service -> handOvers.add(loss(outgoing, service)));
        after.stream()
                .filter(service -> !losing.contains(service))
                .forEach(service -> add(
                        handOvers,
                        outgoing,
                        service,
                        before.contains(service) || others.contains(service) ? Fate.REPLACED : Fate.ADDED));
        before.stream()
                .filter(service -> !after.contains(service))
                .forEach(service ->
                        add(handOvers, outgoing, service, others.contains(service) ? Fate.REPLACED : Fate.REMOVED));
        return handOvers;
    }

    private PlanHandOver loss(Optional<Bundle> outgoing, NamedService service) {
        ExtensionPoint point = ExtensionPoint.of(service.type()).orElse(ExtensionPoint.SERVICE);
        long affected = point == ExtensionPoint.LOGIN_METHOD ? countHalfDone(service) : count(point, outgoing, service);
        return new PlanHandOver(
                point.kind(),
                service.name(),
                Fate.REPLACED.word(),
                ExtensionPoint.RECONNECT,
                affected,
                point.unit(),
                point.sentenceOfLoss(service.name(), affected));
    }

    /** How many clients are on a protocol now. */
    long countConnections(NamedService protocol) {
        return count(ExtensionPoint.PROTOCOL, Optional.empty(), protocol);
    }

    /** How many logins by a method wait for their next step now. */
    long countHalfDone(NamedService method) {
        Logins known = logins.get();
        return known == null ? 0 : known.countHalfDone(method.name());
    }

    private void add(List<PlanHandOver> handOvers, Optional<Bundle> outgoing, NamedService service, Fate fate) {
        ExtensionPoint.of(service.type()).ifPresent(point -> {
            if (point == ExtensionPoint.STORE && fate == Fate.REPLACED) {
                handOvers.addAll(storesOn(service.name()));
                return;
            }
            if (point == ExtensionPoint.TRANSPORT && fate == Fate.REPLACED) {
                handOvers.add(moves(outgoing, service));
                return;
            }
            long affected = fate == Fate.ADDED ? 0 : count(point, outgoing, service);
            String shown = point == ExtensionPoint.SERVICE ? service.shown() : service.name();
            handOvers.add(new PlanHandOver(
                    point.kind(),
                    service.name(),
                    fate.word(),
                    point.way(fate),
                    affected,
                    point.unit(),
                    point.sentence(fate, shown, affected)
                            + (point == ExtensionPoint.LOGIN_METHOD && fate != Fate.ADDED
                                    ? point.sentenceOfHalfDone(fate, countHalfDone(service))
                                    : "")));
        });
    }

    private long count(ExtensionPoint point, Optional<Bundle> outgoing, NamedService service) {
        return switch (point) {
            case PROTOCOL -> {
                Connections known = connections.get();
                yield known == null ? 0 : known.count(service.name());
            }
            case TRANSPORT -> outgoing.map(this::countConnections).orElse(0L);
            // A store is told by its name; a hook is held for long, which says nothing.
            case STORE, KEY_VALUE_STORE, HOOK -> 0;
            case LOGIN_METHOD, TOKENS, ROUTE, SERVICE -> switchboard.countLeases(service.type(), service.name());
        };
    }

    /** Those that move now, and those that can't. */
    private PlanHandOver moves(Optional<Bundle> outgoing, NamedService service) {
        ExtensionPoint point = ExtensionPoint.TRANSPORT;
        long all = 0;
        long movable = 0;
        for (ServiceReference<?> reference : transports(outgoing, service)) {
            long open = ask(reference, Transport::connections);
            all += open;
            movable += Math.min(open, ask(reference, HandOvers::countMovable));
        }
        boolean reconnect = movable == 0 && all > 0;
        String sentence = reconnect
                ? point.sentenceOfLoss(service.name(), all)
                : point.sentence(Fate.REPLACED, service.name(), movable);
        return new PlanHandOver(
                point.kind(),
                service.name(),
                Fate.REPLACED.word(),
                reconnect ? ExtensionPoint.RECONNECT : point.way(Fate.REPLACED),
                all,
                point.unit(),
                movable == 0 || all == movable ? sentence : sentence + " " + point.sentenceOfRest(all - movable));
    }

    private static int countMovable(Transport transport) {
        return transport instanceof MovingTransport moving
                ? moving.listMovable().size()
                : 0;
    }

    private long countConnections(Bundle bundle) {
        return transports(bundle).stream()
                .mapToLong(reference -> ask(reference, Transport::connections))
                .sum();
    }

    private List<ServiceReference<?>> transports(Bundle bundle) {
        return switchboard.namedServices(bundle).stream()
                .filter(reference -> Checkup.types(reference).contains(Transport.class.getName()))
                .toList();
    }

    /** Of the bundle that goes; if none does, of whoever serves that name beside the one that comes. */
    private List<ServiceReference<?>> transports(Optional<Bundle> outgoing, NamedService service) {
        if (outgoing.isPresent()) {
            return transports(outgoing.get());
        }
        try {
            return List.copyOf(
                    context.getServiceReferences(Transport.class, "(" + Providers.NAME + "=" + service.name() + ")"));
        } catch (InvalidSyntaxException e) {
            return List.of();
        }
    }

    private long ask(ServiceReference<?> reference, ToIntFunction<Transport> question) {
        if (!(context.getService(reference) instanceof Transport transport)) {
            return 0;
        }
        try {
            return TimeLimit.call(
                    "count connections of " + transport.name(), COUNT, () -> question.applyAsInt(transport));
        } catch (TimeoutException | ExecutionException e) {
            // A transport that can't even say it is one that somebody wants to replace.
            return 0;
        } finally {
            context.ungetService(reference);
        }
    }

    /** Each store that the adapter serves or keeps, or one that says that there is none. */
    private List<PlanHandOver> storesOn(String adapter) {
        List<PlanHandOver> reopened = new ArrayList<>();
        for (StoreInfo store : stores.list()) {
            if (store.adapter().equals(adapter)) {
                reopened.add(reopened(store.name(), "%s (%s)".formatted(store.name(), adapter)));
            }
            if (store.follower().filter(adapter::equals).isPresent()) {
                reopened.add(reopened(store.name(), "%s that follows (%s)".formatted(store.name(), adapter)));
            }
        }
        return reopened.isEmpty() ? List.of(unused(adapter)) : reopened;
    }

    private static PlanHandOver reopened(String store, String shown) {
        ExtensionPoint point = ExtensionPoint.STORE;
        return new PlanHandOver(
                point.kind(),
                store,
                Fate.REPLACED.word(),
                point.way(Fate.REPLACED),
                1,
                point.unit(),
                point.sentence(Fate.REPLACED, shown, 1));
    }

    private static PlanHandOver unused(String adapter) {
        ExtensionPoint point = ExtensionPoint.STORE;
        return new PlanHandOver(
                point.kind(),
                adapter,
                Fate.REPLACED.word(),
                point.way(Fate.REMOVED),
                0,
                point.unit(),
                point.sentence(Fate.REMOVED, adapter, 0));
    }
}
