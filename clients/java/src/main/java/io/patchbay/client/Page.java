package io.patchbay.client;

import java.util.List;
import java.util.Optional;

/**
 * A page of a list.
 *
 * @param next the following page's cursor; empty at the end
 */
public record Page(List<Document> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
