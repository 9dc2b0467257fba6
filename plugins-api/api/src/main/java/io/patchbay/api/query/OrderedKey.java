package io.patchbay.api.query;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Values as bytes whose unsigned order is the data model's order: missing &lt; null &lt; false &lt; true &lt; numbers &lt; strings (by UTF-8 bytes) &lt; arrays &lt; objects; equal numbers have equal
 * bytes, whether integer or double. Keys are self-delimiting, so several of them concatenated order as a tuple; a descending key is the bitwise complement.
 *
 * <p>The form, which stores keep on disk and therefore never changes: a byte for the kind, then
 * <ul>
 *   <li>a number: the nearest double's bits, made unsigned-comparable, 8 bytes; then what the double lacks of the integer, biased, 2 bytes;
 *   <li>a string: its UTF-8, where 00 is written as 00 FF, ended by 00 00;
 *   <li>an array: its items' keys, ended by 00;
 *   <li>an object: its names (as strings, sorted) and values in turn, ended by 00.
 * </ul>
 */
public final class OrderedKey {
    static final byte MISSING = 0x01;
    static final byte NULL = 0x02;
    static final byte FALSE = 0x03;
    static final byte TRUE = 0x04;
    static final byte NUMBER = 0x05;
    static final byte TEXT = 0x06;
    static final byte ARRAY = 0x07;
    static final byte STRUCT = 0x08;
    /** Behind every key. */
    static final byte END = 0x09;

    private OrderedKey() {}

    /** The whole key, never cut. */
    public static byte[] of(Optional<Value> value, boolean descending) {
        KeyWriter writer = new KeyWriter();
        writer.write(value, descending);
        return writer.toBytes();
    }

    /** The keys of {@code document}'s {@code fields}, concatenated; never cut. */
    public static byte[] of(List<SortField> fields, StoredDocument document) {
        KeyWriter writer = new KeyWriter();
        fields.forEach(field -> writer.write(field.path().find(document), field.descending()));
        return writer.toBytes();
    }

    /** The place of {@code document} in a list that is sorted by {@code sort}. */
    public static SeekKey placeOf(List<SortField> sort, StoredDocument document) {
        return new SeekKey(
                sort.stream()
                        .map(field -> of(field.path().find(document), field.descending()))
                        .toList(),
                document.id());
    }

    /** The smallest bytes behind all that begin with {@code bytes}; empty if there are none, for {@code bytes} is all FF. */
    public static Optional<byte[]> behindPrefix(byte[] bytes) {
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] != (byte) 0xFF) {
                byte[] behind = Arrays.copyOf(bytes, i + 1);
                behind[i]++;
                return Optional.of(behind);
            }
        }
        return Optional.empty();
    }

    static byte[] complement(byte[] bytes) {
        byte[] complement = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            complement[i] = (byte) ~bytes[i];
        }
        return complement;
    }
}
