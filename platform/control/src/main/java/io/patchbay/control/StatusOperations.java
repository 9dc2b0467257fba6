package io.patchbay.control;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.ComponentState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the node is, and its end. */
final class StatusOperations {
    private static final Logger LOG = LoggerFactory.getLogger("control");

    private final BundleContext context;
    private final NodeServices services;

    StatusOperations(BundleContext context, NodeServices services) {
        this.context = context;
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of("status", this::status, "stop", this::stop);
    }

    private Value status(Fields fields, ControlOperation.Messages messages) {
        boolean tree = fields.findBool("tree").orElse(false);
        fields.done();
        Map<String, Value> status = new LinkedHashMap<>();
        status.put("state", Value.of(services.isSet(NodeView.READY) ? "ready" : "starting"));
        status.put("pid", Value.of(ProcessHandle.current().pid()));
        for (String name : List.of("version", "home", "distribution", "startedAt")) {
            String value = context.getProperty("patchbay." + name);
            if (value != null) {
                status.put(name, Value.of(value));
            }
        }
        status.put("offline", Value.of(Boolean.parseBoolean(context.getProperty("patchbay.offline"))));
        status.put("java", Value.of(System.getProperty("java.version")));
        status.put("heapMaxBytes", Value.of(Runtime.getRuntime().maxMemory()));
        status.put("now", Value.of(Instant.now().toString()));
        if (tree) {
            status.put("components", new Value.Array(components()));
        }
        return new Value.Struct(status);
    }

    private List<Value> components() {
        return ComponentTree.of(services).stream().map(StatusOperations::value).toList();
    }

    private static Value value(ComponentState state) {
        Map<String, Value> facts = new LinkedHashMap<>();
        state.facts().forEach((name, fact) -> facts.put(name, Value.of(fact)));
        return Value.struct(
                "path",
                Value.of(state.path()),
                "state",
                Value.of(state.state()),
                "facts",
                new Value.Struct(facts),
                "parts",
                new Value.Array(
                        state.parts().stream().map(StatusOperations::value).toList()));
    }

    /** Stops the framework, which this bundle is a part of: on another thread, and once the answer is out. */
    private Value stop(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        LOG.info("An operator asks the node to stop.");
        Thread stopper = new Thread(
                () -> {
                    try {
                        context.getBundle(0).stop();
                    } catch (BundleException e) {
                        LOG.error("The node can't be stopped.", e);
                    }
                },
                "control-stop");
        stopper.setDaemon(true);
        messages.afterReply(stopper::start);
        return Value.struct("pid", Value.of(ProcessHandle.current().pid()));
    }
}
