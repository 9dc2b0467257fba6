package io.patchbay.store.sqlite;

import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Offers SQLite as document store {@code sqlite}. */
@Component(service = DocumentStoreFactory.class, property = "patchbay.name=sqlite")
public final class SqliteDocumentStoreFactory implements DocumentStoreFactory {
    private final Set<SqliteDocumentStore> open = ConcurrentHashMap.newKeySet();

    private final SqliteMeters meters;

    @Activate
    public SqliteDocumentStoreFactory(@Reference Metrics metrics) {
        this.meters = new SqliteMeters(metrics);
    }

    @Override
    public String adapter() {
        return "sqlite";
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings) {
        return open(directory, settings, Optional.empty());
    }

    @Override
    public boolean seals() {
        return true;
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings, Sealer sealer) {
        return open(directory, settings, Optional.of(sealer));
    }

    private DocumentStore open(Path directory, Map<String, String> settings, Optional<Sealer> sealer) {
        SqliteDocumentStore store =
                SqliteDocumentStore.open(directory, SqliteConfig.parse(settings), sealer, meters, open::remove);
        open.add(store);
        return store;
    }

    /** Closes what its users have left open: no thread of a stopped bundle may stay. */
    @Deactivate
    void stop() {
        open.forEach(SqliteDocumentStore::close);
    }
}
