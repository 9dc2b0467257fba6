package io.patchbay.api.document;

/** What must hold for a document when its transaction is decided; else REVISION_CONFLICT, with the current revision among the details. */
public sealed interface Precondition {
    Any ANY = new Any();
    Absent ABSENT = new Absent();
    Exists EXISTS = new Exists();

    record Any() implements Precondition {}

    record Absent() implements Precondition {}

    record Exists() implements Precondition {}

    record AtRevision(long revision) implements Precondition {}
}
