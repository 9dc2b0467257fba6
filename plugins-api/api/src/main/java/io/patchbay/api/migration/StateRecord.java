package io.patchbay.api.migration;

/**
 * State that one version of a provider leaves for the next.
 *
 * @param version of the record's form; a reader refuses one that it does not know
 * @param body CBOR
 */
public record StateRecord(int version, byte[] body) {}
