package io.patchbay.api.kv;

/**
 * A key with its value, as it stands or stood.
 *
 * @param key 1 to 1024 bytes of UTF-8 without control characters; keys are ordered by these bytes
 * @param revision the commit that wrote it: rises with every commit of the store, so no key ever has the same one twice
 * @param expiresAtMs from when on it is no longer there; 0 for never
 * @param contentType of the value, as its writer said
 * @param value up to 8 MiB, any bytes; not copied: treat as immutable
 */
public record KeyValueEntry(
        String key, long revision, long updatedAtMs, long expiresAtMs, String contentType, byte[] value) {
    /** Whether it is gone at {@code nowMs}, though the store may not have deleted it yet. */
    public boolean isExpired(long nowMs) {
        return expiresAtMs != 0 && expiresAtMs <= nowMs;
    }
}
