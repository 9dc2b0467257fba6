package io.patchbay.api.document;

import java.util.List;
import java.util.Optional;

/** @param next cursor of the page that follows; empty after the last */
public record Page(List<Document> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
