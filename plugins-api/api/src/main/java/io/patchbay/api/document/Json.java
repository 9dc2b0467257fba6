package io.patchbay.api.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.patchbay.api.Limits;
import java.io.IOException;

/** JSON (RFC 8259) to values and back, strictly. Any thread. */
public final class Json {
    /** Depth is counted by our own readers, which name the limit; the message's size is bounded before it comes here, so that no part needs a limit of its own. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.DEPTH * 2)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(Limits.DEPTH * 2)
                    .build())
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final int SHORTENED_CHARS = 40;

    private Json() {}

    /**
     * UTF-8, no white space; integers beyond ±2^53 as plain digits.
     *
     * @throws io.patchbay.api.PatchbayException LIMIT_EXCEEDED if nested deeper than {@link Limits#DEPTH}
     */
    public static byte[] encode(Value value) {
        try (JsonWriter writer = new JsonWriter()) {
            return writer.value(value).toByteArray();
        }
    }

    /** As {@link #encode}, for a message around documents: it may be nested {@link Limits#ENVELOPE_DEPTH} levels deeper than they. */
    public static byte[] encodeEnvelope(Value value) {
        try (JsonWriter writer = new JsonWriter()) {
            return writer.value(value, -Limits.ENVELOPE_DEPTH).toByteArray();
        }
    }

    /**
     * The JSON of a value in CBOR, such as {@link StoredDocument#body()}, without making the value.
     *
     * @throws io.patchbay.api.PatchbayException as {@link Cbor#decode(byte[])}
     */
    public static byte[] fromCbor(byte[] cbor) {
        try (JsonWriter writer = new JsonWriter()) {
            return writer.cbor(cbor).toByteArray();
        }
    }

    /**
     * Reads exactly one value that fills {@code bytes}; the first fault in it decides.
     *
     * @throws io.patchbay.api.PatchbayException MALFORMED if it is not JSON in valid UTF-8; VALUE_INVALID if it is, but holds what no value can be (lone surrogates, duplicate keys, integers beyond 64 bits, numbers beyond a double); LIMIT_EXCEEDED if nested too deep
     */
    public static Value decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** As {@link #decode(byte[])}, of the {@code length} bytes from {@code offset}. */
    public static Value decode(byte[] bytes, int offset, int length) {
        return JsonReader.read(bytes, offset, length, 0);
    }

    /** As {@link #decode(byte[])}, for a message around documents: it may be nested {@link Limits#ENVELOPE_DEPTH} levels deeper than they. */
    public static Value decodeEnvelope(byte[] bytes) {
        return JsonReader.read(bytes, 0, bytes.length, -Limits.ENVELOPE_DEPTH);
    }

    static void writeScalar(JsonGenerator json, Value value) throws IOException {
        if (value instanceof Value.Text text) {
            json.writeString(text.value());
        } else if (value instanceof Value.Int number) {
            json.writeNumber(number.value());
        } else if (value instanceof Value.Real number) {
            json.writeNumber(number.value());
        } else if (value instanceof Value.Bool bool) {
            json.writeBoolean(bool.value());
        } else {
            json.writeNull();
        }
    }

    /** A piece of the caller's text, short enough for a message. */
    static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= SHORTENED_CHARS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHORTENED_CHARS)) + "…";
    }
}
