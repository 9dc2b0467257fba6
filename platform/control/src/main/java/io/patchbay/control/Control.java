package io.patchbay.control;

import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;

/** Opens the operators' door when the bundle starts and closes it when it stops. It needs no other service. */
@org.osgi.service.component.annotations.Component(service = Component.class, immediate = true)
public final class Control implements Component {
    private static final String HOME = "patchbay.home";

    private final ControlServer server;

    /** @throws IOException if the socket can't be opened */
    @Activate
    public Control(BundleContext context) throws IOException {
        NodeServices services = new NodeServices(context);
        Map<String, ControlOperation> operations = new HashMap<>();
        operations.putAll(new StatusOperations(context, services).all());
        operations.putAll(new UserOperations(services).all());
        operations.putAll(new PluginOperations(services).all());
        operations.putAll(new StoreOperations(services).all());
        operations.putAll(new JobOperations(services).all());
        operations.putAll(new CollectionOperations(services).all());
        operations.putAll(new WatchOperation(services, WatchOperation.SILENCE).all());
        operations.putAll(new TransferOperations(services).all());
        server = ControlServer.open(Path.of(context.getProperty(HOME)), operations, ControlServer.IDLE);
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
