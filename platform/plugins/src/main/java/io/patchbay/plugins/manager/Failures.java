package io.patchbay.plugins.manager;

import io.patchbay.api.PatchbayException;

/** What went wrong, in words: the root cause, for it is the one that a plugin's author can act on. */
public final class Failures {
    private static final int DEPTH = 32;

    private Failures() {}

    public static String sentence(Throwable failure) {
        if (failure instanceof PatchbayException known && known.getMessage() != null) {
            return known.getMessage();
        }
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < DEPTH; depth++) {
            root = root.getCause();
        }
        String text = root.getMessage() == null
                ? root.getClass().getName()
                : root.getClass().getSimpleName() + ": " + root.getMessage();
        return text.endsWith(".") ? text : text + ".";
    }
}
