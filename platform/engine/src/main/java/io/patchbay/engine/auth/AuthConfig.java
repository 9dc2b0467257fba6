package io.patchbay.engine.auth;

/** What {@code auth} in the node's configuration says; a change applies to the tokens that are issued from then on. */
public @interface AuthConfig {
    String PID = "io.patchbay.auth";

    /** How long an access token works, in milliseconds; at most 24 hours. */
    long accessTokenLifetimeMs() default 15 * 60 * 1000L;

    /** How long a login lasts at most, however often it is refreshed, in milliseconds. */
    long refreshTokenLifetimeMs() default 30 * 24 * 60 * 60 * 1000L;
}
