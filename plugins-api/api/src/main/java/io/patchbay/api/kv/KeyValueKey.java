package io.patchbay.api.kv;

/** Where an entry stands in a store. */
public record KeyValueKey(long bucket, String key) {}
