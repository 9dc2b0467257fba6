package io.patchbay.engine.store;

import java.util.Map;
import java.util.TreeMap;

/**
 * An adapter and where its store is.
 *
 * @param directory of the store's files, relative to the node's {@code data} folder
 * @param settings the operator's, for the adapter
 * @param sealed whether what is in it is encrypted
 */
public record Binding(String adapter, String directory, Map<String, String> settings, boolean sealed) {
    public Binding {
        settings = Map.copyOf(settings);
    }

    @Override
    public String toString() {
        return adapter + " in " + directory + (settings.isEmpty() ? "" : " " + new TreeMap<>(settings))
                + (sealed ? ", encrypted" : ", in clear");
    }
}
