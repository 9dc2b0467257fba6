package io.patchbay.plugins.manager;

import io.patchbay.api.migration.StateVersions;

/**
 * A named service that a bundle's component descriptions promise.
 *
 * @param type the service type, by class name
 * @param name what {@code patchbay.name} says
 * @param state which versions of its state it writes and reads
 */
record DeclaredService(String component, String type, String name, StateVersions state) {
    /** For people, such as {@code DocumentStoreFactory h2}. */
    String shown() {
        return shown(type, name);
    }

    static String shown(String type, String name) {
        return type.substring(type.lastIndexOf('.') + 1) + " " + name;
    }
}
