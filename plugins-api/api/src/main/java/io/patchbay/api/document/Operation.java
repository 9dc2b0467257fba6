package io.patchbay.api.document;

import java.util.Optional;

/** One step of a transaction. */
public sealed interface Operation {
    String collection();

    Precondition precondition();

    /** Writes the whole document; {@code id} empty: the server chooses one. */
    record Put(String collection, Optional<String> id, Value.Struct data, Precondition precondition)
            implements Operation {}

    /** Merges {@code patch} (RFC 7396) into a document that must exist. */
    record Patch(String collection, String id, Value.Struct patch, Precondition precondition) implements Operation {}

    /** Deletes a document that must exist, unless the precondition is {@link Precondition.Any}: then deleting nothing is no error. */
    record Delete(String collection, String id, Precondition precondition) implements Operation {}

    /** Writes nothing; the transaction depends on the precondition. */
    record Check(String collection, String id, Precondition precondition) implements Operation {}
}
