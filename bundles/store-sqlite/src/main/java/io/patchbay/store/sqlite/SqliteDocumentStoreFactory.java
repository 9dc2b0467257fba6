package io.patchbay.store.sqlite;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;
import java.util.Map;
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
        SqliteDocumentStore store = SqliteDocumentStore.open(
                directory, SqliteConfig.parse(settings), BodyCodec.PLAIN, meters, open::remove);
        open.add(store);
        return store;
    }

    /** Closes what its users have left open: no thread of a stopped bundle may stay. */
    @Deactivate
    void stop() {
        open.forEach(SqliteDocumentStore::close);
    }
}
