package io.patchbay.engine;

import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.engine.connection.ClientConnections;
import io.patchbay.engine.plane.DataPlane;
import io.patchbay.engine.store.StoreBindings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Reference;

/** The engine's branch of {@code patchbay status --tree}. */
@org.osgi.service.component.annotations.Component(service = Component.class)
public final class EngineTree implements Component {
    private final DataPlane plane;
    private final ClientConnections connections;

    @Activate
    public EngineTree(@Reference DataPlane plane, @Reference ClientConnections connections) {
        this.plane = plane;
        this.connections = connections;
    }

    @Override
    public ComponentState describe() {
        List<ComponentState> parts = List.of(
                store(),
                committer(),
                feed(),
                readers(),
                plane.hooks().describe(),
                plane.keyValues().describe(),
                sessions());
        return new ComponentState(
                "engine",
                plane.slot().state(),
                Map.of("collections", count(plane.catalog().entries().size())),
                parts);
    }

    private ComponentState store() {
        Map<String, String> facts = new LinkedHashMap<>();
        Optional<StoreBindings> bindings = plane.slot().findBindings();
        bindings.ifPresent(bound -> facts.put("documents", bound.current().toString()));
        bindings.flatMap(StoreBindings::follower).ifPresent(follower -> facts.put("follower", follower.toString()));
        plane.slot().findFault().ifPresent(fault -> facts.put("fault", fault));
        return ComponentState.of("engine/store", plane.slot().state(), facts);
    }

    private ComponentState committer() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("queued", count(plane.committer().queued()));
        facts.put("batches", count(plane.committer().batches()));
        facts.put("position", plane.feed().position().toString());
        return ComponentState.of("engine/committer", "running", facts);
    }

    private ComponentState feed() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("transactions in memory", count(plane.feed().recentTransactions()));
        facts.put("bytes in memory", count(plane.feed().recentBytes()));
        facts.put("pins", count(plane.feed().pins()));
        return ComponentState.of("engine/feed", "running", facts);
    }

    private ComponentState readers() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("active", count(plane.readers().active()));
        facts.put("queued", count(plane.readers().queued()));
        return ComponentState.of("engine/readers", "running", facts);
    }

    private ComponentState sessions() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("connections", count(connections.count()));
        facts.put("subscriptions", count(plane.fanOut().subscriptions()));
        facts.put("unread bytes", count(connections.outboxBytes()));
        facts.put("fan-out threads", count(plane.fanOut().threads()));
        return ComponentState.of("engine/sessions", "running", facts);
    }

    private static String count(long number) {
        return Long.toString(number);
    }
}
