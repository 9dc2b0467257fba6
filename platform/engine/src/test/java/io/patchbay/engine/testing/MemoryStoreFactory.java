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
    private final String adapter;
    private final Map<Path, MemoryStore.Files> disk;
    private volatile boolean forgetful;
    private volatile boolean broken;
    private volatile @Nullable MemoryStore last;
    private volatile @Nullable Throwable failing;

    public MemoryStoreFactory() {
        this("memory");
    }

    public MemoryStoreFactory(String adapter) {
        this(adapter, new ConcurrentHashMap<>());
    }

    private MemoryStoreFactory(String adapter, Map<Path, MemoryStore.Files> disk) {
        this.adapter = adapter;
        this.disk = disk;
    }

    /** Another version of the same adapter. */
    public MemoryStoreFactory nextVersion() {
        return new MemoryStoreFactory(adapter, disk);
    }

    /** Its stores lose a document of each load from now on. */
    public void becomeForgetful() {
        forgetful = true;
    }

    /** Whether loads into the stores it opens from now on end in an Error. */
    public void breakLoads(boolean broken) {
        this.broken = broken;
    }

    /** With what opening fails from now on, unchecked; {@code null}: it doesn't. */
    public void failOpening(@Nullable Throwable failure) {
        this.failing = failure;
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
        return adapter;
    }

    @Override
    public DocumentStore open(Path directory, Map<String, String> settings) {
        Throwable failure = failing;
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        MemoryStore store = new MemoryStore(disk.computeIfAbsent(directory, path -> new MemoryStore.Files()));
        store.forgetsALoad = forgetful;
        store.loadsAreBroken = broken;
        last = store;
        opened.incrementAndGet();
        return store;
    }
}
