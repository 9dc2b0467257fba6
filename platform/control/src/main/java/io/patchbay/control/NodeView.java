package io.patchbay.control;

import io.patchbay.api.http.Listeners;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.NodeInfo;
import io.patchbay.api.plugin.NodeStatus;
import java.time.Instant;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** What the control socket tells of the node, for those who ask elsewhere. */
@Component(service = NodeStatus.class)
public final class NodeView implements NodeStatus {
    static final String READY = "patchbay.ready";

    private final BundleContext context;
    private final NodeServices services;

    @Activate
    public NodeView(BundleContext context) {
        this.context = context;
        this.services = new NodeServices(context);
    }

    @Override
    public NodeInfo info() {
        Runtime runtime = Runtime.getRuntime();
        return new NodeInfo(
                property("version"),
                services.isSet(READY) ? "ready" : "starting",
                ProcessHandle.current().pid(),
                System.getProperty("java.version"),
                property("home"),
                Instant.parse(property("startedAt")),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                services.each(Listeners.class, Listeners::addresses).stream()
                        .flatMap(List::stream)
                        .toList());
    }

    @Override
    public List<ComponentState> components() {
        return ComponentTree.of(services);
    }

    private String property(String name) {
        String value = context.getProperty("patchbay." + name);
        if (value == null) {
            throw new IllegalStateException("the launcher sets no patchbay." + name);
        }
        return value;
    }
}
