package io.patchbay.api.document;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Writes one JSON text, for answers around stored bodies: {@code writer.startObject().key("id").text(id).key("data").cbor(document.body()).endObject()}.
 *
 * <p>Close it, and its buffers are used again. One thread at a time. Names and texts are without lone surrogates.
 */
public final class JsonWriter implements AutoCloseable {
    private final ByteArrayBuilder bytes = new ByteArrayBuilder(Json.FACTORY._getBufferRecycler());
    private final JsonGenerator json;

    public JsonWriter() {
        try {
            json = Json.FACTORY.createGenerator(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    public JsonWriter startObject() {
        return write(JsonGenerator::writeStartObject);
    }

    public JsonWriter endObject() {
        return write(JsonGenerator::writeEndObject);
    }

    public JsonWriter startArray() {
        return write(JsonGenerator::writeStartArray);
    }

    public JsonWriter endArray() {
        return write(JsonGenerator::writeEndArray);
    }

    /** The name of an object's next value. */
    public JsonWriter key(String name) {
        return write(to -> to.writeFieldName(name));
    }

    public JsonWriter text(String text) {
        return write(to -> to.writeString(text));
    }

    /** A time as RFC 3339 text in UTC. */
    public JsonWriter time(long epochMs) {
        return text(TimeText.of(epochMs));
    }

    public JsonWriter integer(long value) {
        return write(to -> to.writeNumber(value));
    }

    public JsonWriter bool(boolean value) {
        return write(to -> to.writeBoolean(value));
    }

    public JsonWriter nil() {
        return write(JsonGenerator::writeNull);
    }

    /** @throws PatchbayException LIMIT_EXCEEDED if nested deeper than {@link Limits#DEPTH} */
    public JsonWriter value(Value value) {
        return value(value, 0);
    }

    /** @param depth what the nesting is counted from */
    JsonWriter value(Value value, int depth) {
        return write(to -> value(to, value, depth));
    }

    /**
     * A value that is at hand in CBOR.
     *
     * @throws PatchbayException as {@link Cbor#decode(byte[])}; what was written so far is of no use then
     */
    public JsonWriter cbor(byte[] item) {
        CborReader reader = new CborReader(item, 0, item.length);
        write(to -> reader.copyTo(to, 0));
        reader.requireEnd();
        return this;
    }

    /** The text; nothing can be written behind it. */
    public byte[] toByteArray() {
        write(JsonGenerator::close);
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        write(JsonGenerator::close);
        bytes.release();
    }

    private static void value(JsonGenerator json, Value value, int depth) throws IOException {
        if (value instanceof Value.Struct struct) {
            requireDepth(depth);
            json.writeStartObject();
            for (Map.Entry<String, Value> field : struct.fields().entrySet()) {
                json.writeFieldName(field.getKey());
                value(json, field.getValue(), depth + 1);
            }
            json.writeEndObject();
        } else if (value instanceof Value.Array array) {
            requireDepth(depth);
            json.writeStartArray();
            for (Value item : array.items()) {
                value(json, item, depth + 1);
            }
            json.writeEndArray();
        } else {
            Json.writeScalar(json, value);
        }
    }

    private static void requireDepth(int depth) {
        if (depth >= Limits.DEPTH) {
            throw PatchbayException.beyond(
                    "depth",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A value may be nested " + Limits.DEPTH + " levels deep, and this one is deeper.");
        }
    }

    private JsonWriter write(Step step) {
        try {
            step.to(json);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    private interface Step {
        void to(JsonGenerator json) throws IOException;
    }
}
