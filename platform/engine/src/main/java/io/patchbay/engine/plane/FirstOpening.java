package io.patchbay.engine.plane;

import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleContext;

/**
 * Says once that the documents are served, with a service that has the property {@code patchbay.opened=documents}: {@code bundles.list} awaits it before the node is ready. Any thread.
 */
final class FirstOpening implements Runnable {
    private final BundleContext context;
    private final AtomicBoolean said = new AtomicBoolean();

    FirstOpening(BundleContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (said.compareAndSet(false, true)) {
            // Taken back by the framework when the engine stops.
            context.registerService(
                    Object.class, new Object(), new Hashtable<>(Map.of("patchbay.opened", "documents")));
        }
    }
}
