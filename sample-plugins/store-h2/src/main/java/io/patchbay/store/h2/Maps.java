package io.patchbay.store.h2;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** The maps of a store's file. */
record Maps(
        MVStore store,
        MVMap<byte[], byte[]> documents,
        MVMap<byte[], byte[]> changes,
        MVMap<byte[], byte[]> outcomes,
        MVMap<byte[], byte[]> indexes,
        MVMap<byte[], byte[]> entries,
        MVMap<byte[], byte[]> state) {
    static Maps open(MVStore store) {
        return new Maps(
                store,
                map(store, "documents", Bytes.TYPE),
                map(store, "changes", Bytes.TYPE),
                map(store, "outcomes", Bytes.TYPE),
                map(store, "indexes", Bytes.TYPE),
                map(store, "entries", Bytes.ENTRY),
                map(store, "state", Bytes.TYPE));
    }

    private static MVMap<byte[], byte[]> map(MVStore store, String name, Bytes keys) {
        return store.openMap(
                name, new MVMap.Builder<byte[], byte[]>().keyType(keys).valueType(Bytes.TYPE));
    }
}
