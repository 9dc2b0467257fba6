package io.patchbay.engine.hooks;

import java.util.List;

/** The hooks of a moment, in the order in which they are asked. Immutable: a new set says that something changed, and what was judged by the one before has to be judged anew. */
public record HookSet(List<PluggedHook> hooks) {
    /** For what passes no hook. */
    public static final HookSet NONE = new HookSet(List.of());

    public HookSet {
        hooks = List.copyOf(hooks);
    }

    /** Whether some hook wants to be asked about changes of the collection. */
    public boolean wants(String collection) {
        for (PluggedHook hook : hooks) {
            if (hook.terms().wants(collection)) {
                return true;
            }
        }
        return false;
    }
}
