package io.patchbay.api.document;

/**
 * What a request with an idempotency key led to; kept with its transaction so that a retry gets the first answer.
 *
 * @param identity who asked
 * @param requestHash SHA-256 of the request; the same key with another request is refused
 * @param result an opaque CBOR record of the engine's
 */
public record Outcome(String identity, String key, byte[] requestHash, byte[] result, long expiresAtMs) {}
