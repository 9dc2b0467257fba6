package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import java.util.List;
import java.util.Map;

/**
 * What an operator may set.
 *
 * @param cacheMiB memory for blocks that were read and for what was written and is not in a table yet, in MiB
 * @param keyMemoryMiB what the keys of a sealed store may take of the memory, in MiB
 */
record RocksConfig(int cacheMiB, int keyMemoryMiB) {
    static final int DEFAULT_CACHE_MIB = 128;
    static final int DEFAULT_KEY_MEMORY_MIB = 512;
    static final String KEY_MEMORY = "keyMemoryMiB";
    private static final String CACHE = "cacheMiB";
    private static final int MIN_CACHE_MIB = 32;
    private static final int MIN_KEY_MEMORY_MIB = 1;
    private static final int MAX_MIB = 1 << 20;

    /** @throws PatchbayException BAD_REQUEST if a name is unknown or a value out of range */
    static RocksConfig parse(Map<String, String> settings) {
        List<String> known = List.of(CACHE, KEY_MEMORY);
        for (String name : settings.keySet()) {
            if (!known.contains(name)) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The rocksdb store has no setting '" + name + "'; there are " + String.join(" and ", known)
                                + "." + Nearest.hint(name, known));
            }
        }
        return new RocksConfig(
                number(settings, CACHE, DEFAULT_CACHE_MIB, MIN_CACHE_MIB),
                number(settings, KEY_MEMORY, DEFAULT_KEY_MEMORY_MIB, MIN_KEY_MEMORY_MIB));
    }

    private static int number(Map<String, String> settings, String name, int otherwise, int least) {
        String text = settings.getOrDefault(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= MAX_MIB) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below, as every other number that does not fit.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "The setting '" + name + "' is a number from " + least + " to " + MAX_MIB + ", not '" + text + "'.");
    }
}
