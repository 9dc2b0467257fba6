package io.patchbay.plugins.switchboard;

import org.jspecify.annotations.Nullable;

/** Where callers meet the provider of one type and name. */
final class Slot {
    private final String type;
    private final String name;

    /** Who serves; written under the switchboard's lock, read by every caller. */
    private volatile @Nullable Provider current;

    Slot(String type, String name) {
        this.type = type;
        this.name = name;
    }

    @Nullable
    Provider current() {
        return current;
    }

    /** Returns who served before. First the new provider is visible, then the old one refuses: a caller who is refused finds the new one. */
    @Nullable
    Provider plug(@Nullable Provider next) {
        Provider before = current;
        if (before != null && next != null) {
            next.takesPlaceOf(before);
        }
        current = next;
        if (before != null) {
            before.retire();
        }
        return before;
    }

    String type() {
        return type;
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return type.substring(type.lastIndexOf('.') + 1) + " " + name;
    }
}
