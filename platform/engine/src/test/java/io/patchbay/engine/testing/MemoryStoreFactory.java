package io.patchbay.engine.testing;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Offers {@link MemoryStore}; several factories can share what they keep, as two versions of an adapter share files. */
public final class MemoryStoreFactory implements DocumentStoreFactory {
    public final AtomicInteger opened = new AtomicInteger();
    private final Map<Path, MemoryStore.Files> disk;
    private volatile @Nullable MemoryStore last;

    public MemoryStoreFactory() {
        this(new ConcurrentHashMap<>());
    }

    private MemoryStoreFactory(Map<Path, MemoryStore.Files> disk) {
        this.disk = disk;
    }

    /** Another version of the same adapter. */
    public MemoryStoreFactory nextVersion() {
        return new MemoryStoreFactory(disk);
    }

    /** The store that was opened last. */
    public MemoryStore store() {
        MemoryStore store = last;
        if (store == null) {
            throw new AssertionError("no store was opened");
        }
        return store;
    }

    @Override
    public String adapter() {
        return "memory";
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings) {
        MemoryStore store = new MemoryStore(disk.computeIfAbsent(directory, path -> new MemoryStore.Files()));
        last = store;
        opened.incrementAndGet();
        return store;
    }
}
