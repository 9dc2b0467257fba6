package io.patchbay.store.h2;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.plugin.HealthCheck;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Offers H2's storage engine as document store {@code h2}, and says whether it works. */
@Component(
        service = {DocumentStoreFactory.class, HealthCheck.class},
        property = "patchbay.name=h2")
public final class H2DocumentStoreFactory implements DocumentStoreFactory, HealthCheck {
    private final Set<H2DocumentStore> open = ConcurrentHashMap.newKeySet();

    @Override
    public String adapter() {
        return "h2";
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings) {
        H2DocumentStore store = H2DocumentStore.open(directory, H2Config.parse(settings), open::remove);
        open.add(store);
        return store;
    }

    @Override
    public Optional<String> findFault() {
        for (H2DocumentStore store : open) {
            Optional<String> fault = store.findFault();
            if (fault.isPresent()) {
                return fault;
            }
        }
        return findEngineFault();
    }

    /** In memory: tells whether the engine is whole, also before any store is open. */
    private static Optional<String> findEngineFault() {
        byte[] word = {1, 2, 3};
        try (MVStore engine = new MVStore.Builder().open()) {
            MVMap<byte[], byte[]> map = engine.openMap(
                    "health",
                    new MVMap.Builder<byte[], byte[]>().keyType(Bytes.TYPE).valueType(Bytes.TYPE));
            map.put(word, word);
            engine.commit();
            return Arrays.equals(map.get(word), word)
                    ? Optional.empty()
                    : Optional.of("H2's storage engine does not give back what it was given.");
        }
    }

    /** Closes what its users have left open: nothing of a stopped bundle may stay. */
    @Deactivate
    void stop() {
        open.forEach(H2DocumentStore::close);
    }
}
