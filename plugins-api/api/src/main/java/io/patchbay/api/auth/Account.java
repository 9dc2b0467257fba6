package io.patchbay.api.auth;

import java.util.List;
import java.util.Map;

/**
 * A user of the node.
 *
 * @param credentials by login method, each in the method's own form (such as an Argon2id string), or {@link #ELSEWHERE}; never shown to clients
 */
public record Account(String id, String name, Role role, boolean disabled, Map<String, String> credentials) {
    /** In the place of a credential: the account came from this login method, which keeps what proves it outside the node. */
    public static final String ELSEWHERE = "elsewhere";

    public Account {
        credentials = Map.copyOf(credentials);
    }

    /** The login methods that vouch for it. */
    public List<String> vouchers() {
        return credentials.entrySet().stream()
                .filter(credential -> credential.getValue().equals(ELSEWHERE))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
