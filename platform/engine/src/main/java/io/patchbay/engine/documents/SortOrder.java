package io.patchbay.engine.documents;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.FieldPath;
import io.patchbay.api.query.OrderedKey;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The order of a list: its sort fields, then the id. */
final class SortOrder implements Comparator<SeekKey> {
    private final List<SortField> fields;

    SortOrder(List<SortField> fields) {
        this.fields = fields;
    }

    /** Where {@code document} stands in the order. */
    SeekKey keyOf(StoredDocument document) {
        List<byte[]> keys = new ArrayList<>(fields.size());
        for (SortField field : fields) {
            keys.add(OrderedKey.of(find(document, field.path()), field.descending()));
        }
        return new SeekKey(keys, document.id());
    }

    private static Optional<Value> find(StoredDocument document, FieldPath path) {
        if (!path.isMeta()) {
            return path.find(document.data());
        }
        if (path.names().size() != 2) {
            return Optional.empty();
        }
        return switch (path.names().get(1)) {
            case "id" -> Optional.of(Value.of(document.id()));
            case "revision" -> Optional.of(Value.of(document.revision()));
            case "updatedAt" -> Optional.of(Value.of(document.updatedAtMs()));
            default -> Optional.empty();
        };
    }

    @Override
    public int compare(SeekKey left, SeekKey right) {
        for (int i = 0; i < left.keys().size(); i++) {
            int order = Arrays.compareUnsigned(left.keys().get(i), right.keys().get(i));
            if (order != 0) {
                return order;
            }
        }
        return compareIds(left.id(), right.id());
    }

    /** By UTF-8 bytes, which is not the order of Java's chars beyond the basic plane. */
    static int compareIds(String left, String right) {
        return Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
