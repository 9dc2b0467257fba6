package io.patchbay.engine.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a rule of a collection is about. */
public enum Action {
    LIST,
    READ,
    CREATE,
    UPDATE,
    DELETE;

    /** As definitions and messages name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Action> find(String label) {
        return Arrays.stream(values())
                .filter(action -> action.label().equals(label))
                .findFirst();
    }
}
