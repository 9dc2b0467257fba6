package io.patchbay.engine.access;

import java.util.Locale;

/** What a rule of a bucket is about. */
public enum KeyAction {
    READ,
    WRITE;

    /** As definitions and messages name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
