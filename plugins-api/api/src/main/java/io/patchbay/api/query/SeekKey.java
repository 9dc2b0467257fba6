package io.patchbay.api.query;

import java.util.List;

/**
 * A place in a sorted list: the sort fields' values of a document, each as an {@link OrderedKey} of its own direction, and its id.
 *
 * @param keys one per sort field
 */
public record SeekKey(List<byte[]> keys, String id) {
    public SeekKey {
        keys = List.copyOf(keys);
    }
}
