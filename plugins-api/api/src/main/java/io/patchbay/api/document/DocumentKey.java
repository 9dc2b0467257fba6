package io.patchbay.api.document;

/** Names one document of a store; ordered by collection, then by the UTF-8 bytes of the id. */
public record DocumentKey(long collection, String id) {}
