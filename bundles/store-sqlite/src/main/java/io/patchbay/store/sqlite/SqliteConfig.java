package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import java.util.List;
import java.util.Map;

/**
 * What an operator may set.
 *
 * @param readers connections for reading, so queries that run at the same time
 * @param indexMemoryMiB what the indexes of a sealed store may take of the memory, in MiB
 */
record SqliteConfig(int readers, int indexMemoryMiB) {
    static final int DEFAULT_READERS = 8;
    static final int DEFAULT_INDEX_MEMORY_MIB = 1024;
    static final String INDEX_MEMORY = "indexMemoryMiB";
    private static final String READERS = "readers";
    private static final int MAX_READERS = 64;
    private static final int MIN_INDEX_MEMORY_MIB = 16;
    private static final int MAX_INDEX_MEMORY_MIB = 1 << 20;

    /** @throws PatchbayException BAD_REQUEST if a name is unknown or a value out of range */
    static SqliteConfig parse(Map<String, String> settings) {
        List<String> known = List.of(INDEX_MEMORY, READERS);
        for (String name : settings.keySet()) {
            if (!known.contains(name)) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The sqlite store has no setting '" + name + "'; there are " + String.join(" and ", known) + "."
                                + Nearest.hint(name, known));
            }
        }
        return new SqliteConfig(
                number(settings, READERS, DEFAULT_READERS, 1, MAX_READERS),
                number(settings, INDEX_MEMORY, DEFAULT_INDEX_MEMORY_MIB, MIN_INDEX_MEMORY_MIB, MAX_INDEX_MEMORY_MIB));
    }

    private static int number(Map<String, String> settings, String name, int otherwise, int least, int most) {
        String text = settings.getOrDefault(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below, as every other number that does not fit.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "The setting '" + name + "' is a number from " + least + " to " + most + ", not '" + text + "'.");
    }
}
