package io.patchbay.api.plugin;

/**
 * What an operator accepts of an installation beforehand.
 *
 * @param reconnect that clients reconnect and resume, where the new version cannot adopt the state of the one that serves; otherwise that is a problem of the plan
 */
public record PlanOptions(boolean reconnect) {
    /** Nothing. */
    public static final PlanOptions NONE = new PlanOptions(false);
}
