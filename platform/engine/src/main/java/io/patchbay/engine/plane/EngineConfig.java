package io.patchbay.engine.plane;

/** The engine's section of the node's configuration. */
public @interface EngineConfig {
    /** {@code documents.adapter}: what serves the documents of a node that has none yet. */
    String documents_adapter() default "sqlite";

    /** {@code encryption.enabled}: whether stores that are made from now on are sealed. */
    boolean encryption_enabled() default true;

    /** {@code feed.keepMs}: how long changes are kept, in milliseconds. */
    long feed_keepMs() default 7L * 24 * 60 * 60 * 1000;

    /** {@code feed.keepBytes}: how many bytes of changes are kept. */
    long feed_keepBytes() default 1L << 30;
}
