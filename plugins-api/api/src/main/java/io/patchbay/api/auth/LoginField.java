package io.patchbay.api.auth;

import java.util.List;

/**
 * One thing that a login method asks for.
 *
 * @param name of the field in the answer
 * @param label for a person
 */
public record LoginField(String name, String label, Kind kind) {
    /** What most methods ask for. */
    public static final List<LoginField> NAME_AND_PASSWORD = List.of(
            new LoginField("identifier", "Name", Kind.TEXT), new LoginField("password", "Password", Kind.SECRET));

    /** How it is typed. */
    public enum Kind {
        TEXT,
        /** Not shown while it is typed. */
        SECRET,
        /** A code that works once. */
        CODE
    }
}
