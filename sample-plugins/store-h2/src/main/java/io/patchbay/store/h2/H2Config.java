package io.patchbay.store.h2;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Map;

/**
 * What an operator may set.
 *
 * @param cacheMb MiB of memory for pages that were read
 */
record H2Config(int cacheMb) {
    static final int DEFAULT_CACHE_MB = 64;
    private static final int MAX_CACHE_MB = 65_536;
    private static final String CACHE_MB = "cacheMb";

    /** @throws PatchbayException BAD_REQUEST if a name is unknown or a value out of range */
    static H2Config parse(Map<String, String> settings) {
        for (String name : settings.keySet()) {
            if (!name.equals(CACHE_MB)) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The h2 store has no setting '" + name + "'; did you mean '" + CACHE_MB + "'?");
            }
        }
        String cacheMb = settings.getOrDefault(CACHE_MB, Integer.toString(DEFAULT_CACHE_MB));
        try {
            int number = Integer.parseInt(cacheMb);
            if (number >= 1 && number <= MAX_CACHE_MB) {
                return new H2Config(number);
            }
        } catch (NumberFormatException e) {
            // Answered below, as every other number that does not fit.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "The setting 'cacheMb' is a number from 1 to " + MAX_CACHE_MB + ", not '" + cacheMb + "'.");
    }
}
