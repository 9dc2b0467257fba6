package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Map;

/**
 * What an operator may set.
 *
 * @param readers connections for reading, so queries that run at the same time
 */
record SqliteConfig(int readers) {
    static final int DEFAULT_READERS = 8;
    private static final int MAX_READERS = 64;
    private static final String READERS = "readers";

    /** @throws PatchbayException BAD_REQUEST if a name is unknown or a value out of range */
    static SqliteConfig parse(Map<String, String> settings) {
        for (String name : settings.keySet()) {
            if (!name.equals(READERS)) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The sqlite store has no setting '" + name + "'; did you mean '" + READERS + "'?");
            }
        }
        String readers = settings.getOrDefault(READERS, Integer.toString(DEFAULT_READERS));
        try {
            int number = Integer.parseInt(readers);
            if (number >= 1 && number <= MAX_READERS) {
                return new SqliteConfig(number);
            }
        } catch (NumberFormatException e) {
            // Answered below, as every other number that does not fit.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "The setting 'readers' is a number from 1 to " + MAX_READERS + ", not '" + readers + "'.");
    }
}
