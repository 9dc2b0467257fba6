package io.patchbay.api.kv;

import java.util.List;
import java.util.Optional;

/** @param next cursor of the page that follows; empty after the last. A page with a next one may hold fewer entries than asked for, even none */
public record KeyValuePage(List<KeyValueItem> items, Optional<String> next) {
    public KeyValuePage {
        items = List.copyOf(items);
    }
}
