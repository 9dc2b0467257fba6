package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a change is to do.
 *
 * @param plugin its name
 * @param incoming the jar that will be there and run; empty for a stop, and for an uninstall of what the distribution has no version of its own of
 * @param sourceFile where it came from
 * @param reconnect whether it is accepted that clients reconnect because their state can't be adopted
 */
record Intent(Kind kind, String plugin, Optional<PluginJar> incoming, String sourceFile, boolean reconnect) {
    /** Nobody is kept from going back by what would be lost: only what is new must ask for it. */
    boolean mayLoseState() {
        return reconnect || kind != Kind.INSTALL && kind != Kind.UPDATE;
    }

    /** The digest that the list of plugins will have for it; empty if it will not be on that list, or stay as it is. */
    Optional<String> wantedDigest() {
        return incoming.filter(jar -> !jar.ofDistribution()).map(PluginJar::digest);
    }

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

        /** @throws PatchbayException BAD_REQUEST if it is none */
        static Kind of(String word) {
            return Stream.of(values())
                    .filter(kind -> kind.word.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.BAD_REQUEST, "This node knows no plan to \"%s\".".formatted(word)));
        }
    }
}
