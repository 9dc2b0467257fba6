package io.patchbay.cli.transfer;

import io.patchbay.api.document.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where an export puts documents' ids.
 *
 * @param field empty: nowhere
 */
public record IdField(Optional<String> field) {
    Value.Struct into(String id, Value.Struct data) throws FileFault {
        if (field.isEmpty()) {
            return data;
        }
        requireFree(id, data);
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put(field.get(), Value.of(id));
        fields.putAll(data.fields());
        return new Value.Struct(fields);
    }

    void requireFree(String id, Value.Struct data) throws FileFault {
        if (field.isPresent() && data.fields().containsKey(field.get())) {
            throw new FileFault("The document '" + id + "' has a field '" + field.get()
                    + "' of its own: --id-as NAME puts ids into another field, --no-id leaves them out.");
        }
    }
}
