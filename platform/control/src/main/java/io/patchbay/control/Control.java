package io.patchbay.control;

import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the operators' door when the bundle starts and closes it when it stops. It needs no other service, and is measured if there are metrics. */
@org.osgi.service.component.annotations.Component(service = Component.class, immediate = true)
public final class Control implements Component {
    private static final String HOME = "patchbay.home";
    private static final Logger LOG = LoggerFactory.getLogger(Control.class);

    private final ControlServer server;

    /** @throws IOException if the socket can't be opened */
    @Activate
    public Control(BundleContext context) throws IOException {
        server = ControlServer.open(Path.of(context.getProperty(HOME)), new Operations(context), ControlServer.IDLE);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setMetrics(Metrics metrics) {
        metrics.whenAsked(this::show);
    }

    private void show(Metrics metrics) {
        metrics.gauge("patchbay_control_connections", "Connections of operators.", server::connections);
        LimitGauges.show(metrics, "control", "control_connections", ControlServer.CONNECTIONS_MAX);
        metrics.total("patchbay_control_requests_total", "Requests of operators.", server::requests);
        metrics.total("patchbay_control_errors_total", "Requests that were answered by an error.", server::errors);
        metrics.total(
                "patchbay_control_connections_refused_total",
                "Connections closed because there were too many.",
                server::refused);
    }

    /** What was registered goes with the service. */
    void unsetMetrics(Metrics metrics) {
        LOG.debug("The control socket is no longer measured by {}", metrics);
    }

    @Override
    public ComponentState describe() {
        return ComponentState.of(
                "control",
                "running",
                Map.of("socket", server.socket().toString(), "connections", Integer.toString(server.connections())));
    }

    @Deactivate
    public void close() {
        server.close();
    }
}
