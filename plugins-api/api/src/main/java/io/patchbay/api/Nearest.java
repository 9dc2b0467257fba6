package io.patchbay.api;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant, for the sentence that refuses what they wrote. */
public final class Nearest {
    /** Longer names are no slips of the pen; comparing them would only cost time. */
    private static final int COMPARED_CHARS = 64;

    private Nearest() {}

    /** The known name that is the fewest edits away from {@code written}; empty if none is near. */
    public static Optional<String> find(String written, Collection<String> known) {
        if (written.length() > COMPARED_CHARS) {
            return Optional.empty();
        }
        return known.stream()
                .filter(name -> edits(written, name) <= allowed(written, name))
                .min(Comparator.<String>comparingInt(name -> edits(written, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code " Did you mean 'limit'?"}, or nothing. */
    public static String hint(String written, Collection<String> known) {
        return find(written, known).map(name -> " Did you mean '" + name + "'?").orElse("");
    }

    /** A third of the longer one, so that a plural is near its singular. */
    private static int allowed(String written, String name) {
        return Math.max(1, Math.max(written.length(), name.length()) / 3);
    }

    /** Levenshtein's distance, without regard to case, with a swap of neighbours as one edit. */
    private static int edits(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(Math.min(edits[i - 1][j], edits[i][j - 1]) + 1, edits[i - 1][j - 1] + change);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                edits[i][j] = swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
            }
        }
        return edits[a.length()][b.length()];
    }
}
