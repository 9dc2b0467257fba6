package io.patchbay.api.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which forms of its {@link StateRecord} a provider writes and reads. It says so in two service properties, so that they can be read from its component description before any of it runs:
 *
 * <pre>{@code
 * @Component(property = {"patchbay.name=lines", "patchbay.state.saves=2", "patchbay.state.adopts=1,2"})
 * }</pre>
 *
 * @param saves the version it writes; empty if it keeps no state
 * @param adopts the versions it goes on from
 */
public record StateVersions(OptionalInt saves, Set<Integer> adopts) {
    public static final String SAVES = "patchbay.state.saves";
    public static final String ADOPTS = "patchbay.state.adopts";

    /** Of a provider that keeps no state. */
    public static final StateVersions NONE = new StateVersions(OptionalInt.empty(), Set.of());

    public StateVersions {
        adopts = Set.copyOf(adopts);
    }

    /**
     * What the two properties say.
     *
     * @param adopts versions with commas between them
     * @throws PatchbayException VALUE_INVALID if they are not whole numbers above zero
     */
    public static StateVersions parse(Optional<String> saves, Optional<String> adopts) {
        Set<Integer> read = new TreeSet<>();
        adopts.ifPresent(list -> {
            for (String version : list.split(",", -1)) {
                read.add(version(ADOPTS, version));
            }
        });
        return new StateVersions(
                saves.isPresent() ? OptionalInt.of(version(SAVES, saves.get())) : OptionalInt.empty(), read);
    }

    /** Whether its codecs, sessions or challenges go on from what {@code outgoing} saves; so does everyone if that keeps no state. */
    public boolean adopts(StateVersions outgoing) {
        return outgoing.saves().isEmpty() || adopts.contains(outgoing.saves().getAsInt());
    }

    private static int version(String property, String text) {
        try {
            int version = Integer.parseInt(text.strip());
            if (version > 0) {
                return version;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a number below one.
        }
        throw new PatchbayException(
                ErrorCode.VALUE_INVALID,
                property + " has \"" + text + "\", but a version is a whole number above zero.");
    }
}
