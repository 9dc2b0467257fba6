package io.patchbay.plugins.manager;

import java.util.Locale;

/** The steps of a change, in order; an uninstall has only the last four. */
enum Step {
    STORE("storing the jar"),
    INSTALL("installing it"),
    START("starting it"),
    CHECK("checking its health"),
    /** The change has happened: a node killed before it is as before at its next start, one killed later as after. */
    WANT("writing the list of plugins"),
    FLIP("handing over"),
    DRAIN("waiting for the calls on the old version"),
    REMOVE("removing the old version"),
    /** Only of a plugin that stays installed. */
    STOP("stopping it");

    private final String words;

    Step(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    String failpoint() {
        return "plugins." + name().toLowerCase(Locale.ROOT);
    }
}
