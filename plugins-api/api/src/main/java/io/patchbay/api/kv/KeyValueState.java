package io.patchbay.api.kv;

/**
 * Where a store stands.
 *
 * @param epoch the history that its revisions belong to; empty for a store that was never begun
 * @param lastRevision of the last commit
 * @param entries how many there are, expired ones that were not deleted yet included
 */
public record KeyValueState(String epoch, long lastRevision, long entries) {}
