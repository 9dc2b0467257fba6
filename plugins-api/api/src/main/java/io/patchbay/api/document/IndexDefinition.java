package io.patchbay.api.document;

import io.patchbay.api.query.SortField;
import java.util.List;
import java.util.stream.Collectors;

/** An index over one or several fields of a collection, in order; {@code population} or {@code country,-population} in text. */
public record IndexDefinition(List<SortField> fields) {
    public IndexDefinition {
        fields = List.copyOf(fields);
    }

    /** The text form; also the index's identity within its collection. */
    @Override
    public String toString() {
        return fields.stream().map(SortField::toString).collect(Collectors.joining(","));
    }
}
