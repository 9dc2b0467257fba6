package io.patchbay.api.kv;

/** An entry with its bucket, as a migration carries it. */
public record KeyValueLoad(long bucket, KeyValueEntry entry) {}
