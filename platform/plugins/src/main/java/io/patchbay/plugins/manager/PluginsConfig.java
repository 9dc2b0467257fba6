package io.patchbay.plugins.manager;

/** What {@code plugins} in the node's configuration says; a change applies at once, also to the probations that run. */
public @interface PluginsConfig {
    String PID = "io.patchbay.plugins";

    /** Whether a jar that is dropped into the folder plugins is installed. */
    boolean plugins_inbox() default true;

    /** How long an update is on probation, in milliseconds; {@code Limits.PROBATION} unless somebody says otherwise. */
    long plugins_probationMs() default 60_000;
}
