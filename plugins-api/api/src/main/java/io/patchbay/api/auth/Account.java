package io.patchbay.api.auth;

import java.util.Map;

/**
 * A user of the node.
 *
 * @param credentials by login method, each in the method's own form (such as an Argon2id string); never shown to clients
 */
public record Account(String id, String name, Role role, boolean disabled, Map<String, String> credentials) {
    public Account {
        credentials = Map.copyOf(credentials);
    }

    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
