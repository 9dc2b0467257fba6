package io.patchbay.protocol.rest;

import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.NodeInfo;
import io.patchbay.api.plugin.NodeStatus;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A node that never changes, but for what a test sets. */
final class FixedStatus implements NodeStatus {
    Instant startedAt = Instant.EPOCH;

    @Override
    public NodeInfo info() {
        return new NodeInfo(
                "9.9",
                "ready",
                42,
                "17.0.1",
                "/srv/home",
                startedAt,
                1000,
                2000,
                List.of(
                        InetSocketAddress.createUnresolved("127.0.0.1", 7420),
                        InetSocketAddress.createUnresolved("::1", 7420)));
    }

    @Override
    public List<ComponentState> components() {
        ComponentState feed = ComponentState.of("engine/feed", "running", Map.of());
        return List.of(new ComponentState("engine", "running", Map.of("a", "1"), List.of(feed)));
    }
}
