package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueRange;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Which keys a list is about, as bytes: both bounds and the prefix hold. */
final class KeyRanges {
    private static final byte[] OPEN = {};

    private KeyRanges() {}

    /** @throws PatchbayException BAD_REQUEST if the start is behind the end; KEY_INVALID */
    static KeyValueRange of(KeyValueListRequest request) {
        byte[] prefix = bytes(request.prefix());
        byte[] start = request.start().map(KeyRanges::bytes).orElse(OPEN);
        Optional<byte[]> end = request.end().filter(text -> !text.isEmpty()).map(KeyRanges::bytes);
        if (end.isPresent() && Arrays.compareUnsigned(start, end.get()) > 0) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST, "'start' must not be behind 'end'.", Map.of("field", "start"));
        }
        byte[] from = Arrays.compareUnsigned(start, prefix) > 0 ? start : prefix;
        byte[] to = behind(prefix);
        if (end.isPresent() && (to.length == 0 || Arrays.compareUnsigned(end.get(), to) < 0)) {
            to = end.get();
        }
        return new KeyValueRange(from, to);
    }

    /** Whether no key is in it. */
    static boolean isEmpty(KeyValueRange range) {
        return range.to().length > 0 && Arrays.compareUnsigned(range.from(), range.to()) >= 0;
    }

    /** The same from behind {@code key}. */
    static KeyValueRange after(KeyValueRange range, String key) {
        byte[] utf8 = bytes(key);
        byte[] next = Arrays.copyOf(utf8, utf8.length + 1);
        return Arrays.compareUnsigned(next, range.from()) > 0 ? new KeyValueRange(next, range.to()) : range;
    }

    /** The first bytes behind all that begin with {@code prefix}; empty if there are none. UTF-8 has no byte 0xFF, so the last byte can always be counted up. */
    private static byte[] behind(byte[] prefix) {
        if (prefix.length == 0) {
            return OPEN;
        }
        byte[] next = prefix.clone();
        next[next.length - 1]++;
        return next;
    }

    private static byte[] bytes(String text) {
        return KeyNames.requireBound(text).getBytes(StandardCharsets.UTF_8);
    }
}
