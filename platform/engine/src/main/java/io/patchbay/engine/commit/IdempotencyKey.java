package io.patchbay.engine.commit;

/** @param requestHash SHA-256 of what was asked for, without what the server chose */
public record IdempotencyKey(String identity, String key, byte[] requestHash) {}
