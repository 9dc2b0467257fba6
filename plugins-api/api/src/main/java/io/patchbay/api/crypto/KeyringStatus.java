package io.patchbay.api.crypto;

import java.time.Instant;

/**
 * @param masterKey where the master key comes from, as a phrase
 * @param masterId what tells it from other master keys, and nothing of it: 16 hexadecimal digits
 * @param dataKey the number of the data key that seals now
 * @param dataKeyMadeAt when that was made
 * @param dataKeys how many there are: more than one while a rotation goes on
 * @param secrets how many secrets are sealed
 */
public record KeyringStatus(
        String masterKey, String masterId, int dataKey, Instant dataKeyMadeAt, int dataKeys, int secrets) {}
