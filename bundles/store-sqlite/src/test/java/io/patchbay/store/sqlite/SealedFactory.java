package io.patchbay.store.sqlite;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.testkit.TestSealer;
import io.patchbay.testkit.session.MemoryMetrics;
import java.nio.file.Path;
import java.util.Map;

/** Opens every store sealed. */
public final class SealedFactory implements DocumentStoreFactory {
    private final SqliteDocumentStoreFactory factory = new SqliteDocumentStoreFactory(new MemoryMetrics());

    @Override
    public String adapter() {
        return factory.adapter();
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings) {
        return factory.open(directory, settings, TestSealer.open(directory));
    }
}
