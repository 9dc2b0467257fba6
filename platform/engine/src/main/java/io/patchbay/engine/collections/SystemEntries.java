package io.patchbay.engine.collections;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The node's own collections as entries. */
public final class SystemEntries {
    private static final Map<String, CollectionEntry> BY_LABEL = Arrays.stream(SystemCollection.values())
            .map(CollectionEntry::of)
            .collect(Collectors.toUnmodifiableMap(CollectionEntry::name, Function.identity()));

    private SystemEntries() {}

    public static Optional<CollectionEntry> find(String label) {
        return Optional.ofNullable(BY_LABEL.get(label));
    }
}
