package io.patchbay.api.document;

/** @param id the immutable internal id; a name that is deleted and created again has a new one */
public record CollectionInfo(CollectionDefinition definition, long id) {}
