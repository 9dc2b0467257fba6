package io.patchbay.control;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** What operators can ask for, by name; made for the first of them, as most starts see none. Any thread. */
final class Operations implements Supplier<Map<String, ControlOperation>> {
    private final BundleContext context;
    /** Guarded by this. */
    private @Nullable Map<String, ControlOperation> all;

    Operations(BundleContext context) {
        this.context = context;
    }

    @Override
    public synchronized Map<String, ControlOperation> get() {
        Map<String, ControlOperation> made = all;
        if (made == null) {
            made = make();
            all = made;
        }
        return made;
    }

    private Map<String, ControlOperation> make() {
        NodeServices services = new NodeServices(context);
        Map<String, ControlOperation> operations = new HashMap<>();
        operations.putAll(new StatusOperations(context, services).all());
        operations.putAll(new UserOperations(services).all());
        operations.putAll(new PluginOperations(services).all());
        operations.putAll(new UpgradeOperations(services).all());
        operations.putAll(new StoreOperations(services).all());
        operations.putAll(new JobOperations(services).all());
        operations.putAll(new KeyOperations(services).all());
        operations.putAll(new CollectionOperations(services).all());
        operations.putAll(new KeyValueOperations(services).all());
        operations.putAll(new WatchOperation(services, WatchOperation.SILENCE).all());
        operations.putAll(new TransferOperations(services).all());
        return Map.copyOf(operations);
    }
}
