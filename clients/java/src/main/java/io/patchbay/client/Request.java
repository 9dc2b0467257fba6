package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A request without its number: encoded by the thread that makes the call, numbered when it is sent. Immutable.
 *
 * @param encoded the fields in CBOR, each a key and its value
 */
record Request(String op, Value.Struct fields, byte[] encoded) {
    /** How far documents are nested in a message. Each value below is counted for itself, so that every document fits. */
    private static final int ENVELOPE = 3;

    /** A message's head, number and op. */
    private static final int HEAD_BYTES = 64;

    /** @throws ClientException LIMIT_EXCEEDED or TOO_LARGE: no message can hold it */
    static Request of(String op, Value.Struct fields) {
        CborWriter out = new CborWriter();
        try {
            entries(out, fields, ENVELOPE);
        } catch (PatchbayException e) {
            throw new ClientException(e.code(), e.getMessage());
        }
        byte[] encoded = out.toByteArray();
        if (encoded.length + HEAD_BYTES > ClientLimits.SENT_FRAME_BYTES) {
            throw new ClientException(
                    ErrorCode.TOO_LARGE,
                    "A request is at most " + ClientLimits.SENT_FRAME_BYTES + " bytes, not " + encoded.length + ".");
        }
        return new Request(op, fields, encoded);
    }

    /** The whole message. {@code id} and {@code op} are the shortest names, so this is the deterministic encoding. */
    byte[] frame(long id) {
        return new CborWriter()
                .startMap(fields.fields().size() + 2)
                .text("id")
                .integer(id)
                .text("op")
                .text(op)
                .raw(encoded)
                .toByteArray();
    }

    private static void write(CborWriter out, Value value, int levels) {
        if (levels > 0 && value instanceof Value.Struct struct) {
            out.startMap(struct.fields().size());
            entries(out, struct, levels - 1);
        } else if (levels > 0 && value instanceof Value.Array array) {
            out.startArray(array.items().size());
            array.items().forEach(item -> write(out, item, levels - 1));
        } else {
            out.value(value);
        }
    }

    private static void entries(CborWriter out, Value.Struct struct, int levels) {
        List<Map.Entry<String, Value>> sorted = struct.fields().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Request::compareKeys))
                .toList();
        for (Map.Entry<String, Value> entry : sorted) {
            write(out.text(entry.getKey()), entry.getValue(), levels);
        }
    }

    /** By the bytes of the encoded key: a shorter one has the smaller head. */
    private static int compareKeys(String one, String other) {
        byte[] a = one.getBytes(StandardCharsets.UTF_8);
        byte[] b = other.getBytes(StandardCharsets.UTF_8);
        return a.length != b.length ? Integer.compare(a.length, b.length) : Arrays.compareUnsigned(a, b);
    }
}
