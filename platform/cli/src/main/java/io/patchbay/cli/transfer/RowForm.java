package io.patchbay.cli.transfer;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a document is made of in a file: its data, and its id in one of the fields.
 *
 * @param idField the field that holds the id; a text, or an integer in digits
 * @param kept whether the field stays in the data, and must be there; else it is taken out, and may be missing
 */
public record RowForm(String idField, boolean kept) {
    /** What the id is called where nobody says otherwise. */
    public static final String ID = "_id";

    Row row(long line, Value.Struct data) {
        try {
            Optional<String> id = id(data);
            byte[] body = Cbor.encode(id.isPresent() && !kept ? without(data) : data);
            if (body.length > Limits.DOCUMENT_BYTES) {
                return new Row.Bad(
                        line,
                        "A document has at most " + Limits.DOCUMENT_BYTES + " bytes, and this one has " + body.length
                                + ".");
            }
            return new Row.Readable(line, id, body);
        } catch (PatchbayException e) {
            return new Row.Bad(line, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return new Row.Bad(line, String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> id(Value.Struct data) {
        Value value = data.fields().get(idField);
        if (value == null) {
            if (kept) {
                throw new IllegalArgumentException("There is no field '" + idField + "', which is to be the id.");
            }
            return Optional.empty();
        }
        if (value instanceof Value.Text text) {
            try {
                return Optional.of(DocumentIds.require(text.value()));
            } catch (PatchbayException e) {
                throw new IllegalArgumentException("Field '" + idField + "': " + e.getMessage(), e);
            }
        }
        if (value instanceof Value.Int number) {
            return Optional.of(Long.toString(number.value()));
        }
        throw new IllegalArgumentException("Field '" + idField + "' is to be the id, which is a text or an integer.");
    }

    private Value.Struct without(Value.Struct data) {
        Map<String, Value> fields = new LinkedHashMap<>(data.fields());
        fields.remove(idField);
        return new Value.Struct(fields);
    }
}
