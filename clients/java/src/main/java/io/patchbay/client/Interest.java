package io.patchbay.client;

import java.util.Optional;

/**
 * Which documents a subscriber wants to hear of.
 *
 * @param filter CEL over the data's fields; empty: every document that the caller may see
 * @param since go on behind this position; of use to {@code changes} alone
 */
public record Interest(Optional<String> filter, Optional<String> since) {
    public static Interest all() {
        return new Interest(Optional.empty(), Optional.empty());
    }

    public static Interest in(String filter) {
        return new Interest(Optional.of(filter), Optional.empty());
    }

    public Interest since(String position) {
        return new Interest(filter, Optional.of(position));
    }
}
