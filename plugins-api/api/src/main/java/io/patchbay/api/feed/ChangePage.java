package io.patchbay.api.feed;

import java.util.List;

/** @param next the position behind the last item, to go on from; also when there is nothing new yet */
public record ChangePage(List<NamedChange> items, Position next) {
    public ChangePage {
        items = List.copyOf(items);
    }

    /** A change with the name its collection has. */
    public record NamedChange(String collection, Position position, Change change) {}
}
