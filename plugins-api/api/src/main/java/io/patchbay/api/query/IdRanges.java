package io.patchbay.api.query;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns ranges of texts' keys into ranges of their plain UTF-8, in which ids are kept. */
final class IdRanges {
    private static final byte[] LOWEST_TEXT = {OrderedKey.TEXT};

    private IdRanges() {}

    static List<KeyRange> of(KeySet set) {
        List<KeyRange> ranges = new ArrayList<>();
        for (KeyRange range :
                set.and(KeySet.ofKinds(OrderedKey.TEXT, OrderedKey.ARRAY)).ranges()) {
            ranges.add(new KeyRange(plain(range.from()), plain(range.to()), range.point()));
        }
        return ranges;
    }

    private static byte[] plain(byte[] bound) {
        if (bound[0] != OrderedKey.TEXT) {
            return Arrays.compareUnsigned(bound, LOWEST_TEXT) < 0 ? new byte[0] : KeyRange.INFINITY;
        }
        ByteArrayOutputStream id = new ByteArrayOutputStream();
        for (int i = 1; i < bound.length; i++) {
            id.write(bound[i]);
            if (bound[i] == 0 && bound[++i] != (byte) 0xFF) {
                // The end of a text: 00 00 is the text itself; 00 01 is right behind it, where the text with a 00 more
                // would be.
                byte[] text = id.toByteArray();
                return bound[i] == 0 ? Arrays.copyOf(text, text.length - 1) : text;
            }
        }
        return id.toByteArray();
    }
}
