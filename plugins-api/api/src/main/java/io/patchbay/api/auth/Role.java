package io.patchbay.api.auth;

/** What a user may do beyond what the collections' rules allow. */
public enum Role {
    /** Everything. */
    ADMIN,
    /** What rules allow. */
    USER
}
