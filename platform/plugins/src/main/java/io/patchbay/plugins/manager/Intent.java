package io.patchbay.plugins.manager;

import java.util.Optional;

/**
 * What a change is to do.
 *
 * @param plugin its name
 * @param incoming the jar that will be there and run; empty for an uninstall or a stop
 * @param sourceFile where it came from
 */
record Intent(Kind kind, String plugin, Optional<PluginJar> incoming, String sourceFile) {
    enum Kind {
        INSTALL("install"),
        UPDATE("update"),
        ROLLBACK("rollback"),
        START("start"),
        STOP("stop"),
        UNINSTALL("uninstall");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }
}
