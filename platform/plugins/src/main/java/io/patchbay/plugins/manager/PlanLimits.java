package io.patchbay.plugins.manager;

import java.time.Duration;

/** What is kept of plans and of removed versions at most; the oldest go first. */
final class PlanLimits {
    /** Plans that can be carried out without being given again. */
    static final int PLANS = 32;

    /** Jars that were copied for plans. */
    static final int PLANNED_JARS = 32;

    /** All of these jars together; the newest is kept whatever its size. */
    static final long PLANNED_BYTES = 512L << 20;

    /** How long such a jar is kept. */
    static final Duration PLANNED_FOR = Duration.ofHours(24);

    /** Receipts of removed versions, until the node stops. */
    static final int RECEIPTS = 100;

    private PlanLimits() {}
}
